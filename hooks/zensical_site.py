"""A way out: the book built by Zensical, from the same sources, through the same hooks.

Zensical succeeds Material for MkDocs. It has no hooks, so what they do is done around it and inside of it:

1. before: the events up to `on_page_markdown` write finished Markdown and all generated files to a folder;
2. inside: an extension of Python-Markdown runs `on_page_content` (zensical_pages.py);
3. after: pages that are made of other pages, the search index, and the events from `on_env` on.

MkDocs is used as the library that runs the hooks. Neither its build nor Material has a part in it.

Usable alone: `python hooks/zensical_site.py [FOLDER]` writes FOLDER/site, by default below .cache/.
"""

import json
import logging
import re
import shutil
import sys
from pathlib import Path

import yaml
import zensical
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, PluginError
from mkdocs.structure.files import get_files, set_exclusions
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import CountHandler
from mkdocs.utils.yaml import yaml_load

import zensical_pages
from scripts import ROOT

WORK = ROOT / ".cache" / "zensical"
SETTINGS = ROOT / "mkdocs.yml"
# What the templates read of a page's front matter.
META = (
    *("title", "description", "hide", "search", "changed", "card", "structured_data"),
    *("text_file", "downloads"),
)
INDEX = "search/search_index.json"


def main(work=WORK):
    work = Path(work).resolve()
    if work == WORK:
        shutil.rmtree(work, ignore_errors=True)
    elif work.exists() and any(work.iterdir()):
        return f"error: {work} is not empty"
    warnings = CountHandler()
    warnings.setLevel(logging.WARNING)
    logging.getLogger("mkdocs").addHandler(warnings)
    try:
        build(work)
    except (PluginError, Abort) as error:
        return f"error: {error}"
    except RuntimeError as error:  # what Zensical makes of any error on a page
        ours = re.match(r"Python error: PluginError: (.*?)\nTraceback", str(error), re.DOTALL)
        return f"error: {ours[1] if ours else error}"
    if warnings.get_counts():
        return "error: there were warnings"
    print(f"The site is in {work / 'site'}")
    return 0


def build(work):
    config = mkdocs_config(work / "site")
    events = config.plugins
    events.on_startup(command="build", dirty=False)
    config = events.on_config(config)
    events.on_pre_build(config=config)
    files = get_files(config)
    env = config.theme.get_env()
    files.add_files_from_theme(env, config)
    files = events.on_files(files, config=config)
    set_exclusions(files, config)
    nav = events.on_nav(get_navigation(files, config), config=config, files=files)
    pages = {}
    for file in files.documentation_pages():
        page = file.page or Page(None, file, config)
        read(page, config, files)
        pages[source_uri(file)] = page
    write_sources(work, pages, files)
    write_settings(work, config, nav)
    zensical_pages.run.update(pages=pages, config=config, files=files)
    zensical.build(str(work / "mkdocs.yml"), {"clean": True, "strict": True})
    finish(config, nav, env, files, pages)


def mkdocs_config(site):
    """mkdocs.yml without the theme of Material and its search."""
    with open(SETTINGS, encoding="utf-8") as file:
        settings = yaml_load(file)
    theme = {"name": None, "custom_dir": settings["theme"]["custom_dir"]}
    plugins = [plugin for plugin in settings["plugins"] if "search" not in plugin]
    return load_config(str(SETTINGS), theme=theme, plugins=plugins, site_dir=str(site))


# ---------------------------------------------------------------------------- before


def read(page, config, files):
    """The page's finished Markdown; of a notebook its html, which also gives its title."""
    config.plugins.on_pre_page(page, config=config, files=files)
    page.read_source(config)
    page.markdown = config.plugins.on_page_markdown(
        page.markdown, page=page, config=config, files=files
    )
    if page.file.src_uri.endswith(".py"):
        page.render(config, files)


def source_uri(file):
    """The name of a page's source for Zensical, to which only .md is a page."""
    return re.sub(r"\.py$", ".md", file.src_uri)


def write_sources(work, pages, files):
    for uri, page in pages.items():
        meta = {name: page.meta[name] for name in META if name in page.meta}
        meta["title"] = str(page.title)
        front = yaml.safe_dump(meta, allow_unicode=True, width=1000)
        body = page.markdown if page.content is None else ""
        _write(work / "docs" / uri, f"---\n{front}---\n\n{body}".encode())
    for file in files:
        if not file.is_documentation_page():
            _write(work / "docs" / file.src_uri, file.content_bytes)


def _write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def write_settings(work, config, nav):
    """The settings for Zensical, which reads the form of mkdocs.yml."""
    for template in (ROOT / "theme").glob("*.html"):  # its assets are among the files already
        _write(work / "theme" / template.name, template.read_bytes())
    extensions = [name for name in config.markdown_extensions if isinstance(name, str)]
    options = dict(config.mdx_configs)
    snippets = options["pymdownx.snippets"]
    snippets["base_path"] = [str(ROOT / folder) for folder in snippets["base_path"]]
    settings = {
        "site_name": config.site_name,
        "site_description": config.site_description,
        "site_url": config.site_url or None,
        "repo_url": config.repo_url or None,
        "copyright": config.copyright,
        "nav": [_nav_entry(item) for item in nav],
        "theme": {"name": None, "custom_dir": "theme", "language": "en"},
        "extra": dict(config.extra),
        "extra_css": list(config.extra_css),
        "extra_javascript": [{"path": s.path, "type": s.type} for s in config.extra_javascript],
        "plugins": ["search"],
        "markdown_extensions": [
            *({name: options.get(name, {})} for name in extensions),
            zensical_pages.__name__,
        ],
    }
    _write(work / "mkdocs.yml", yaml.safe_dump(settings, sort_keys=False).encode())


def _nav_entry(item):
    children = [_nav_entry(child) for child in item.children or []]
    return {item.title: children or source_uri(item.file)}


# ---------------------------------------------------------------------------- after


def finish(config, nav, env, files, pages):
    """What MkDocs does when it has read all pages."""
    site, events = Path(config.site_dir), config.plugins
    before = set(files)
    events.on_env(env, config=config, files=files)
    for file in set(files) - before:
        _write(Path(file.abs_dest_path), file.content_bytes)
    for page in pages.values():
        page.content = Path(page.file.abs_dest_path).read_text(encoding="utf-8")
        events.on_page_context({}, page=page, config=config, nav=nav)
        output = events.on_post_page(page.content, page=page, config=config)
        _write(Path(page.file.abs_dest_path), output.encode())
    page_404 = site / "404.html"
    output = events.on_post_template(
        page_404.read_text(encoding="utf-8"), template_name=page_404.name, config=config
    )
    _write(page_404, output.encode())
    sitemap = env.get_template("sitemap.xml")  # MkDocs' own: with the dates
    _write(site / "sitemap.xml", sitemap.render(pages=files.documentation_pages()).encode())
    index = site / "search.json"
    _write(site / INDEX, search_index(index.read_text(encoding="utf-8")).encode())
    index.unlink()
    events.on_post_build(config=config)


def search_index(text):
    """Zensical's index in the form of MkDocs', which theme/assets/search.js reads."""
    items = json.loads(text)["items"]
    docs = [{name: item[name] for name in ("location", "title", "text")} for item in items]
    return json.dumps({"docs": docs}, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
