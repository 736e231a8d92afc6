"""What a million readers a day ask of a host: from the measured weights of this site."""

from site_weights import VISITS

# --8<-- [start:visits]
for name, (requests, gzipped, brotli) in VISITS.items():
    print(f"{name:12} {requests:4} requests, kB gzipped {gzipped / 1000:7,.0f}", end=", ")
    print(f"by Brotli {brotli / 1000:7,.0f}")
# --8<-- [end:visits]

# --8<-- [start:day]
READERS = 1_000_000  # in a day
DAYS = 30  # in a month
BUSIEST = 0.1  # of a day's readers come in its busiest hour
RUNNING = 0.01  # of all readers run a listing
PAGES = {"first page": 1, "second page": 1}
COPY = PAGES | {"copy to keep": 1}
CASES = {
    "one page": {"first page": 1},
    "two pages": PAGES,
    "and the copy": COPY,
    "and Python": COPY | {"Python": RUNNING},
    "they return": {"return": 1},
}
millions, gigabytes, requests_a_second, gigabits = {}, {}, {}, {}
for case, shares in CASES.items():
    asked = READERS * sum(VISITS[visit][0] * share for visit, share in shares.items())
    sent = READERS * sum(VISITS[visit][2] * share for visit, share in shares.items())
    millions[case], gigabytes[case] = asked / 1e6, sent / 1e9
    requests_a_second[case] = asked * BUSIEST / 3600
    gigabits[case] = 8 * sent * BUSIEST / 3600 / 1e9
    print(f"{case:12} {millions[case]:3.0f} million requests, {gigabytes[case]:5,.0f} GB")
    print(f"{'':12} a second, busiest hour: {requests_a_second[case]:6,.0f}", end=" requests, ")
    print(f"{gigabits[case]:.2f} Gbit")
# --8<-- [end:day]
month = {case: DAYS * sent / 1000 for case, sent in gigabytes.items()}  # terabytes
