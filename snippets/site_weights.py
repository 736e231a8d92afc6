"""What visits to this site ask of a host: from `make weights`; a test measures each build."""

# visit -> requests, bytes gzipped, bytes by Brotli
VISITS = {
    "first page": (29, 152226, 137131),
    "second page": (5, 39126, 31718),
    "Python": (11, 9019593, 8105770),
    "copy to keep": (340, 3181777, 2327091),
    "return": (1, 0, 0),
}
