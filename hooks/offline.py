"""Offline: list the built site's files, with the hash of each, in its service worker (theme/sw.js).

Usable alone: `python hooks/offline.py SITE` lists them anew after a change, and says how large they
are. The same site gives the same bytes.
"""

import base64
import gzip
import hashlib
import json
import re
import sys
from pathlib import Path

from mkdocs.plugins import event_priority

WORKER = "sw.js"
REGISTRATION = "assets/offline.js"
# Nothing that a reader meets: source maps, the search's parts for other languages, what robots read,
# and the page of a host that did not find another.
_LEFT_OUT = re.compile(
    r"\.(map|gz)$|^assets/javascripts/lunr/|^cards/|^(sitemap\.xml|feed\.xml|404\.html|sw\.js|_.*)$"
)
# Downloads, and Python for the browser: millions of bytes that only those need who ask for them.
_AT_FIRST_USE = re.compile(r"\.(wasm|whl|zip|data)$|pyodide|^downloads/|^[\w-]+\.(md|txt)$")


def is_kept_at_first_use(address):
    return bool(_AT_FIRST_USE.search(address))


# Under `mkdocs serve` a copy kept from a build would hide what the author has just written: whoever
# has one is rid of it.
_NONE = """\
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  await caches.delete(`book ${self.registration.scope}`);
  await self.registration.unregister();
})()));
"""

_state = {"serving": False}


def on_startup(command, dirty):
    _state["serving"] = command == "serve"


def on_config(config):
    if _state["serving"]:
        scripts = config.extra_javascript
        config.extra_javascript = [s for s in scripts if str(s) != REGISTRATION]
    return config


@event_priority(-100)  # when all others have written their files
def on_post_build(config):
    if _state["serving"]:
        Path(config.site_dir, WORKER).write_text(_NONE, encoding="utf-8")
    else:
        write_worker(config.site_dir)


def listed(site):
    """address -> file, of all that is kept; a page's address is that of its folder."""
    files = {}
    for file in sorted(Path(site).rglob("*")):
        name = file.relative_to(site).as_posix()
        if file.is_file() and not _LEFT_OUT.search(name):
            files[re.sub(r"(^|/)index\.html$", r"\1", name)] = file
    return files


def write_worker(site):
    """Fill in the list in the site's worker."""
    hashes = {}
    for address, file in listed(site).items():
        digest = hashlib.sha256(file.read_bytes()).digest()
        hashes[address] = "sha256-" + base64.b64encode(digest).decode()
    worker = Path(site, WORKER)
    text = worker.read_text(encoding="utf-8")
    later = [address for address in hashes if _AT_FIRST_USE.search(address)]
    version = hashlib.sha256(json.dumps(hashes).encode()).hexdigest()[:16]
    for name, value in (("FILES", hashes), ("VERSION", version), ("FIRST_USE", later)):
        line = f"const {name} = {json.dumps(value)};"
        text = re.sub(rf"^const {name} = .*?;", lambda _, new=line: new, text, flags=re.MULTILINE)
    worker.write_text(text, encoding="utf-8")


def sizes(site):
    """kind -> (files, bytes, bytes gzipped) of what one visit keeps."""
    found = {}
    for address, file in listed(site).items():
        if _AT_FIRST_USE.search(address):
            continue
        kind = file.suffix.lstrip(".") if re.match(r"figures/|assets-", address) else "pages"
        count, raw, small = found.get(kind, (0, 0, 0))
        content = file.read_bytes()
        found[kind] = (count + 1, raw + len(content), small + len(gzip.compress(content, 9)))
    return found


def main(site):
    write_worker(site)
    for kind, (count, raw, small) in sorted(sizes(site).items()):
        print(f"{kind}: {count} files, {raw / 1000:.0f} kB, {small / 1000:.0f} kB gzipped")


if __name__ == "__main__":
    main(*sys.argv[1:])
