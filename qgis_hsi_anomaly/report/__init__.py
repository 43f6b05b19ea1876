"""Reports: one self-contained html file each, pictures inside."""
