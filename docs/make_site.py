"""What MkDocs does beside mkdocs.yml, so that the site is whole on the disk and loads nothing from elsewhere."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

LINK_OUT = re.compile(r"\]\(\.\./")
PICTURE_OUT = re.compile(r"\]\(\.\./([\w./-]+/([\w.-]+\.png))\)")
GROUPS = re.compile(r"^## (.+)$", re.MULTILINE)
LISTED = re.compile(r"^### \[([^\]]+)\]\((\w+\.md)\)$", re.MULTILINE)

# Material's offline plugin would load this from the network at every page.
SHIM = "https://unpkg.com/iframe-worker/shim"
OURS = "offline-search.js"

# For searching in other languages, for debugging, and for web servers.
NOT_NEEDED = ("assets/javascripts/lunr", "**/*.map", "sitemap.xml.gz", "404.html")


def on_config(config: Any) -> Any:
    """Put the detectors into the menu, by the groups of their overview, and at its end what nobody has put there."""
    parts = GROUPS.split(Path(config["docs_dir"], "detectors", "index.md").read_text(encoding="utf-8"))
    groups = [
        {title: [{label: f"detectors/{page}"} for label, page in LISTED.findall(text)]}
        for title, text in zip(parts[1::2], parts[2::2])
        if LISTED.search(text)
    ]
    menu = next(entry["Detectors"] for entry in config["nav"] if "Detectors" in entry)
    menu[1:] = [*groups, {"Where a detector runs": "detectors/execution.md"}]
    pages = sorted(path.name for path in Path(config["docs_dir"]).glob("*.md"))
    config["nav"] += [name for name in pages if f"'{name}'" not in str(config["nav"])]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Take pictures from outside of docs/ along."""
    folder = Path(config["docs_dir"])
    for page in folder.glob("*.md"):
        for path, name in PICTURE_OUT.findall(page.read_text(encoding="utf-8")):
            found = folder.parent / path
            if found.is_file():
                files.append(File.generated(config, f"images/{name}", abs_src_path=str(found)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Let links to files outside of docs/ go to the repository."""
    if "/" in page.file.src_uri:
        return markdown
    markdown = PICTURE_OUT.sub(r"](images/\2)", markdown)
    return LINK_OUT.sub(f"]({config['repo_url']}/blob/main/", markdown)


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Let search from the disk need no network."""
    return output.replace(SHIM, "../" * page.file.dest_uri.count("/") + OURS)


def on_post_build(config: Any) -> None:
    """Remove what nobody reads."""
    for pattern in NOT_NEEDED:
        for path in list(Path(config["site_dir"]).glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
