"""Addresses of rasters on the web or in a cloud store: how GDAL names them, and what of them may be shown."""

from __future__ import annotations

import re

_SCHEMES = {"s3://": "/vsis3/", "gs://": "/vsigs/", "az://": "/vsiaz/"}
_REMOTE = re.compile(r"/vsi(curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)(_streaming)?[/?]", re.IGNORECASE)
_ADDRESS = r"(?:[a-z][a-z0-9]*://|/vsi[a-z0-9_]+)"
_QUERY = re.compile(rf"({_ADDRESS}[^\s?]*)\?\S*", re.IGNORECASE)
_LOGIN = re.compile(r"([a-z][a-z0-9]*://)[^\s/]*@", re.IGNORECASE)


def gdal_name(path: str) -> str:
    """Return the name by which GDAL reads part of a file that is on the web; any other name as it is.

    >>> gdal_name("https://data.org/scene.tif"), gdal_name("s3://bucket/scene.tif"), gdal_name("scene.tif")
    ('/vsicurl/https://data.org/scene.tif', '/vsis3/bucket/scene.tif', 'scene.tif')
    """
    if re.match("https?://", path, re.IGNORECASE):
        return f"/vsicurl/{path}"
    for scheme, prefix in _SCHEMES.items():
        if path.lower().startswith(scheme):
            return prefix + path[len(scheme) :]
    return path


def is_remote(path: str) -> bool:
    """Tell whether a file is not on this machine."""
    return _REMOTE.match(gdal_name(path)) is not None


def without_secrets(text: str) -> str:
    """Return a text whose addresses have no query, which may hold a signature, and no password.

    A query is cut up to the next white space: better a word too many than a signature.

    >>> without_secrets("/vsicurl/https://data.org/scene.tif?sig=a1b2 cannot be opened")
    '/vsicurl/https://data.org/scene.tif cannot be opened'
    """
    if "://" not in text and "/vsi" not in text.lower():
        return text
    return _LOGIN.sub(r"\1", _QUERY.sub(r"\1", text))
