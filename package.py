"""Build the plugin: its folder, its zip, or the plugin in your QGIS profile. Any Python 3.9 or newer, on any platform.

python package.py            build/qgis_hsi_anomaly.zip, for QGIS > Plugins > Install from ZIP
python package.py build      the folder build/qgis_hsi_anomaly only
python package.py deploy     the plugin in the default profile of every QGIS on this machine
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Dict, Iterable, List, Mapping, Sequence

TOP = Path(__file__).resolve().parent
NAME = "qgis_hsi_anomaly"
FOLDER = TOP / "build" / NAME
ZIP = TOP / "build" / f"{NAME}.zip"
SITE = TOP / "build" / "site"

# What `make docs` and the tests leave behind, and what is for a checkout only.
LEFT_OUT = re.compile(r"(^|/)(\.|__pycache__(/|$))|\.py[co]$|^resources/demo/|\.ts$")


def main(words: Sequence[str]) -> int:
    """Do what the command line asks for. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="package.py",
        description="Build the plugin: its folder, its zip, or the plugin in your QGIS profile.",
    )
    parser.add_argument(
        "what",
        nargs="?",
        choices=("zip", "build", "deploy"),
        default="zip",
        help="the zip (default), the plugin folder, or the plugin in your QGIS profile",
    )
    parser.add_argument("--profile", default="default", help="deploy: name of the QGIS profile (default)")
    parser.add_argument(
        "--plugins", default="", help="deploy: the folder of plugins to install into, instead of a profile's"
    )
    arguments = parser.parse_args(words)
    build()
    if arguments.what == "zip":
        pack()
        print(f"{ZIP}: QGIS > Plugins > Manage and Install Plugins > Install from ZIP")
    elif arguments.what == "deploy":
        named = arguments.plugins
        folders = [Path(named).expanduser()] if named else plugin_folders(arguments.profile)
        for folder in folders:
            deploy(folder)
            print(f"Installed in {folder / NAME}.")
        print("Enable it in QGIS: Plugins > Manage and Install Plugins. If QGIS is running, restart it.")
    return 0


def build() -> None:
    """Assemble the plugin folder: package, metadata, resources and the documents its help opens, in one place."""
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    for name, source in sorted(contents().items()):
        place = FOLDER / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
    text = (TOP / "metadata.txt").read_text(encoding="utf-8")
    changes = newest_changes((TOP / "CHANGELOG.md").read_text(encoding="utf-8"))
    (FOLDER / "metadata.txt").write_bytes(with_changelog(text, changes).encode("utf-8"))


def contents() -> Dict[str, Path]:
    """Return what the plugin folder holds: names below it, and where each comes from."""
    found = {name: TOP / name for name in ("metadata.txt", "LICENSE", "README.md")}
    found.update(below(TOP / NAME, ""))
    found.update(below(TOP / "resources", "resources/"))
    found.update(documents())
    return {name: path for name, path in found.items() if not LEFT_OUT.search(name)}


def documents() -> Dict[str, Path]:
    """Return the site that `make docs` built, for help offline; if there is none up to date, what it is made of."""
    sources = {
        name: path for name, path in below(TOP / "docs", "docs/").items() if path.suffix in {".md", ".png"}
    }
    site = below(SITE, "docs/site/")
    if site and newest(site.values()) < newest(sources.values()):
        print("The documents changed since build/site was made: it is left out. `make docs` makes it anew.")
    elif site:
        return site
    else:
        print("There is no build/site: help will open on the web. `make docs` makes it.")
    return sources


def below(folder: Path, prefix: str) -> Dict[str, Path]:
    """Return all files below a folder by their names, with / on every platform."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {prefix + path.relative_to(folder).as_posix(): path for path in files}


def newest(paths: Iterable[Path]) -> float:
    """Return the latest time of change."""
    return max(path.stat().st_mtime for path in paths)


def newest_changes(changelog: str) -> str:
    """Return what CHANGELOG.md says of its newest version, from the heading of that version on."""
    parts = re.split(r"^## ", changelog, flags=re.MULTILINE)
    return parts[1].strip() if len(parts) > 1 else ""


def with_changelog(metadata: str, changes: str) -> str:
    """Return metadata.txt with `changelog`: lines go on where they are indented, and %% stands for %."""
    lines = [
        line.strip().replace("**", "").replace("`", "").replace("%", "%%") for line in changes.splitlines()
    ]
    value = "\n ".join(line for line in lines if line)
    return re.sub(r"^changelog=.*$", lambda _: f"changelog={value}", metadata, flags=re.MULTILINE)


def pack() -> None:
    """Write the zip of the plugin folder: the same bytes for the same files."""
    with zipfile.ZipFile(ZIP, "w") as archive:
        for name, path in sorted(below(FOLDER, f"{NAME}/").items()):
            entry = zipfile.ZipInfo(name)  # of 1980, as the format begins there
            entry.external_attr = 0o100644 << 16
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def plugin_folders(
    profile: str, platform: str = sys.platform, environment: Mapping[str, str] = os.environ
) -> List[Path]:
    """Return the folders of plugins of that profile in every QGIS that has been started here; of QGIS 3 if none has."""
    roots = profile_roots(platform, environment)
    known = [root for root in roots if root.is_dir()] or roots[:1]
    return [root / profile / "python" / "plugins" for root in known]


def profile_roots(platform: str, environment: Mapping[str, str]) -> List[Path]:
    """Return where QGIS 3 and 4 keep their profiles."""
    home = Path(environment.get("USERPROFILE" if platform == "win32" else "HOME", str(Path.home())))
    if platform == "win32":
        data = [Path(environment.get("APPDATA") or home / "AppData" / "Roaming")]
    elif platform == "darwin":
        data = [home / "Library" / "Application Support"]
    else:
        own = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
        data = [own, home / ".var" / "app" / "org.qgis.qgis" / "data"]  # the second is Flatpak's
    return [folder / "QGIS" / version / "profiles" for folder in data for version in ("QGIS3", "QGIS4")]


def deploy(plugins: Path) -> None:
    """Put the plugin folder into a folder of plugins, over an older one."""
    plugins.mkdir(parents=True, exist_ok=True)
    place = plugins / NAME
    if place.is_symlink():
        place.unlink()
    elif place.exists():
        shutil.rmtree(place)
    shutil.copytree(FOLDER, place)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
