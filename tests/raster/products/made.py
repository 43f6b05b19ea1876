"""Small files of the structure that each product's specification has: no real product is as small, or free."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from qgis_hsi_anomaly.core.run import Run
from tests.raster.rasters import PLACE, UTM33, wkt, write_raster

ROWS, COLUMNS = 12, 10


@dataclass
class Log:
    """What a run says."""

    messages: List[str] = field(default_factory=list)
    warnings: List[str] = field(default_factory=list)

    def run(self) -> Run:
        return Run(on_message=self.messages.append, on_warning=self.warnings.append)

    def __contains__(self, text: str) -> bool:
        return any(text in message for message in (*self.messages, *self.warnings))


def counts(bands: int, dtype: str = "int16", low: int = 1, high: int = 5000, seed: int = 0) -> Any:
    """Return (ROWS, COLUMNS, bands) of random numbers."""
    values = np.random.default_rng(seed).integers(low, high, (ROWS, COLUMNS, bands))
    return values.astype(dtype)


# EnMAP: four VNIR bands, of which the last two lie where SWIR begins, and four of SWIR, the third without data.
ENMAP_NANOMETERS = np.array([420.0, 700.0, 905.0, 950.0, 902.5, 1000.0, 1400.0, 2400.0])
ENMAP_VNIR = 4
ENMAP_STEM = "ENMAP01-____L2A-DT0000000001_20220601T000000Z_001_V010111_20220602T000000Z"


def enmap(
    folder: Path,
    stem: str = ENMAP_STEM,
    *,
    level: str = "L2A",
    gain: Optional[Sequence[float]] = None,
    offset: Optional[Sequence[float]] = None,
    nanometers: Any = ENMAP_NANOMETERS,
    masks: Optional[Dict[str, Any]] = None,
    image: bool = True,
    ending: str = "SPECTRAL_IMAGE.TIF",
    head: str = '<?xml version="1.0" encoding="UTF-8"?>',
) -> Tuple[str, str, Any]:
    """Write an EnMAP product; return the image, the metadata, and (rows, columns, bands) as stored."""
    bands = len(nanometers)
    gain = [1e-4] * bands if gain is None else gain
    offset = [0.0] * bands if offset is None else offset
    values = counts(bands)
    values[0, 0] = -32768
    values[:, :, 6] = -32768
    path = str(folder / f"{stem}-{ending}")
    if image:
        write_raster(Path(path), values, nodata=-32768, geotransform=PLACE, epsg=UTM33)
    listed = "".join(
        f'<bandID number="{number}"><wavelengthCenterOfBand>{wavelength}</wavelengthCenterOfBand>'
        f"<FWHMOfBand>{5 + number}</FWHMOfBand><GainOfBand>{gain[number - 1]}</GainOfBand>"
        f"<OffsetOfBand>{offset[number - 1]}</OffsetOfBand></bandID>"
        for number, wavelength in enumerate(nanometers, 1)
    )
    statistics = "".join(
        f'<bandID number="{number}"><meanReflectance>{-1000000 if number == 7 else 0.2}</meanReflectance>'
        f"<stdDeviation>{0.0 if number == 7 else 0.1}</stdDeviation></bandID>"
        for number in range(1, bands + 1)
    )
    metadata = folder / f"{stem}-METADATA.XML"
    metadata.write_text(
        f'{head}<level_X xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><base><level>{level}</level></base>'
        f"<specific><numberOfVNIRBands>{ENMAP_VNIR}</numberOfVNIRBands>"
        f"<bandCharacterisation>{listed}</bandCharacterisation></specific>"
        f"<product><bandStatistics>{statistics}</bandStatistics></product></level_X>",
        encoding="utf-8",
    )
    for name, mask in (masks or {}).items():
        write_raster(folder / f"{stem}-QL_QUALITY_{name}.TIF", np.asarray(mask, np.uint8)[:, :, None])
    return path, str(metadata), values


def blank() -> Any:
    """Return a mask (ROWS, COLUMNS) without a mark."""
    return np.zeros((ROWS, COLUMNS), np.uint8)


# PRISMA: bands descend in the file. VNIR 400 to 990 nm and one that is not there, SWIR 920 to 2450 nm.
PRISMA_VNIR = np.array([990.0, 950.0, 700.0, 400.0, 0.0])
PRISMA_SWIR = np.array([2450.0, 1400.0, 1000.0, 920.0])
PRISMA_UL = (400015.0, 5799985.0)


def prisma(
    path: Path,
    *,
    across: bool = False,
    from_south: bool = False,
    level: str = "L2D",
    errors: Optional[Any] = None,
    without: Sequence[str] = (),
    vnir: Any = PRISMA_VNIR,
    swir: Any = PRISMA_SWIR,
) -> Tuple[str, Any, Any]:
    """Write a PRISMA product; return its name, and (rows, columns, bands) of VNIR and SWIR as stored.

    across : rows are the last axis. from_south : the first row is the southern one.
    errors : (rows, columns, bands) codes of VNIR.
    """
    import h5py

    cubes = [counts(len(bands), "uint16", 1, 65535, seed) for seed, bands in enumerate((vnir, swir))]
    for cube in cubes:
        cube[2, 3] = 0
    cubes[0][5, 5, 1] = 0  # one band alone: a value like any other
    order = (1, 2, 0) if across else (0, 2, 1)
    north = np.arange(ROWS)[:, None] * (1 if from_south else -1) * 3e-4 + 52 + np.zeros((ROWS, COLUMNS))
    east = np.arange(COLUMNS)[None] * 4e-4 + 13 + np.zeros((ROWS, COLUMNS))
    swath = f"HDFEOS/SWATHS/PRS_{level}_HCO"
    with h5py.File(path, "w") as file:
        for name, bands in (("Vnir", vnir), ("Swir", swir)):
            file.attrs[f"List_Cw_{name}"] = np.asarray(bands, "f4")
            file.attrs[f"List_Fwhm_{name}"] = np.asarray(bands, "f4") / 100
            file.attrs[f"List_Cw_{name}_Flags"] = (np.asarray(bands) > 0).astype("i4")
        file.attrs.update(
            {"L2ScaleVnirMin": 0.0, "L2ScaleVnirMax": 0.8, "L2ScaleSwirMin": 0.1, "L2ScaleSwirMax": 0.6}
        )
        file.attrs["Epsg_Code"] = np.uint32(UTM33)
        left, top = PRISMA_UL
        right, bottom = left + 30 * (COLUMNS - 1), top - 30 * (ROWS - 1)
        for corner, (x, y) in {
            "UL": (left, top),
            "UR": (right, top),
            "LL": (left, bottom),
            "LR": (right, bottom),
        }.items():
            file.attrs[f"Product_{corner}corner_easting"] = x
            file.attrs[f"Product_{corner}corner_northing"] = y
        for name, cube in zip(("VNIR", "SWIR"), cubes):
            file[f"{swath}/Data Fields/{name}_Cube"] = cube.transpose(order)
            codes = np.zeros(cube.shape, np.uint8)
            if errors is not None and name == "VNIR":
                codes = np.asarray(errors, np.uint8)
            file[f"{swath}/Data Fields/{name}_PIXEL_L2_ERR_MATRIX"] = codes.transpose(order)
        file[f"{swath}/Geolocation Fields/Latitude"] = north.T if across else north
        file[f"{swath}/Geolocation Fields/Longitude"] = east.T if across else east
        for name in without:
            if name in file.attrs:
                del file.attrs[name]
            else:
                del file[f"{swath}/{name}"]
    return str(path), *cubes


# EMIT: a swath of ROWS x COLUMNS, and a map of 14 x 12 whose lookup turns it a little.
EMIT_NANOMETERS = np.array([400.0, 600.0, 1400.0, 2200.0])
EMIT_PLACE = (13.0, 0.0005, 0.0, 52.0, 0.0, -0.0005)
EMIT_MAP = (14, 12)
EMIT_MASKS = ("Cloud flag", "Cirrus flag", "Water flag", "Spacecraft Flag", "Dilated Cloud Flag", "AOD550")


def emit_lookup() -> Tuple[Any, Any]:
    """Return glt_x and glt_y, from 1 and 0 for none: the swath moved by 1 and sheared, one pixel used twice."""
    across, down = np.zeros(EMIT_MAP, np.int32), np.zeros(EMIT_MAP, np.int32)
    for row in range(ROWS):
        for column in range(COLUMNS):
            across[row + 1, column + 1 + (row > 5)] = column + 1
            down[row + 1, column + 1 + (row > 5)] = row + 1
    across[13, 0], down[13, 0] = COLUMNS, ROWS
    return across, down


def emit(
    folder: Path,
    *,
    name: str = "EMIT_L2A_RFL_001_20220827T060753_2223904_013.nc",
    mask_name: str = "EMIT_L2A_MASK_001_20220827T060753_2223904_013.nc",
    marks: Optional[Dict[str, Any]] = None,
    mask_names: Sequence[str] = EMIT_MASKS,
    without: Sequence[str] = (),
    quantity: str = "reflectance",
) -> Tuple[str, Any]:
    """Write an EMIT product; return its name, and (rows, columns, bands). marks : by the mask's name."""
    import netCDF4

    values = np.random.default_rng(0).random((ROWS, COLUMNS, 4)).astype(np.float32)
    values[11, 0] = -9999
    across, down = emit_lookup()
    with netCDF4.Dataset(folder / name, "w") as file:
        file.title = "EMIT L2A Estimated Surface Reflectance"
        file.geotransform = np.array(EMIT_PLACE)
        file.spatial_ref = wkt(4326)
        sizes = {
            "downtrack": ROWS,
            "crosstrack": COLUMNS,
            "bands": 4,
            "ortho_y": EMIT_MAP[0],
            "ortho_x": EMIT_MAP[1],
        }
        for axis, size in sizes.items():
            file.createDimension(axis, size)
        file.createVariable(quantity, "f4", ("downtrack", "crosstrack", "bands"), fill_value=-9999)[:] = (
            values
        )
        bands = file.createGroup("sensor_band_parameters")
        for key, numbers in (
            ("wavelengths", EMIT_NANOMETERS),
            ("fwhm", EMIT_NANOMETERS / 50),
            ("good_wavelengths", [1, 1, 0, 1]),
        ):
            if key not in without:
                bands.createVariable(key, "f4", ("bands",))[:] = numbers
        location = file.createGroup("location")
        for key, lookup in (("glt_x", across), ("glt_y", down)):
            if key not in without:
                location.createVariable(key, "i4", ("ortho_y", "ortho_x"), fill_value=0)[:] = lookup
    if marks is not None:
        with netCDF4.Dataset(folder / mask_name, "w") as file:
            shape = next(iter(marks.values())).shape
            for axis, size in (("downtrack", shape[0]), ("crosstrack", shape[1]), ("bands", len(mask_names))):
                file.createDimension(axis, size)
            variable = file.createVariable(
                "mask", "f4", ("downtrack", "crosstrack", "bands"), fill_value=-9999
            )
            variable[:] = np.stack([marks.get(key, np.zeros(shape)) for key in mask_names], axis=2)
            names = file.createGroup("sensor_band_parameters").createVariable("mask_bands", str, ("bands",))
            for number, key in enumerate(mask_names):
                names[number] = key
    return str(folder / name), values


NANOMETERS = np.array([450.0, 550.0, 650.0, 1400.0, 2200.0])


def aviris(path: Path, *, geotransform: bool = True, mapping: bool = True) -> Tuple[str, Any]:
    """Write an AVIRIS-3 product, bands first; return its name, and (rows, columns, bands)."""
    import netCDF4

    values = np.random.default_rng(0).random((ROWS, COLUMNS, 5)).astype(np.float32)
    values[0, :3] = -9999
    values[..., 3] = np.where(values[..., 3] == -9999, -9999, -0.01)  # water vapor, as ISOFIT leaves it
    with netCDF4.Dataset(path, "w") as file:
        for axis, size in (("wavelength", 5), ("northing", ROWS), ("easting", COLUMNS)):
            file.createDimension(axis, size)
        left, size, _, top, _, _ = PLACE
        file.createVariable("easting", "f8", ("easting",))[:] = left + size * (np.arange(COLUMNS) + 0.5)
        file.createVariable("northing", "f8", ("northing",))[:] = top - size * (np.arange(ROWS) + 0.5)
        if mapping:
            variable = file.createVariable("transverse_mercator", "S1")
            variable.spatial_ref = wkt(UTM33)
            if geotransform:
                variable.GeoTransform = " ".join(map(str, PLACE))
        group = file.createGroup("reflectance")
        for key, numbers in (("wavelength", NANOMETERS), ("fwhm", NANOMETERS / 60)):
            group.createVariable(key, "f4", ("wavelength",))[:] = numbers
        axes = ("wavelength", "northing", "easting")
        group.createVariable("reflectance", "f4", axes, fill_value=-9999)[:] = values.transpose(2, 0, 1)
    return str(path), values


def tanager(
    path: Path,
    kind: str = "ortho",
    *,
    cube: str = "surface_reflectance",
    marks: Optional[Dict[str, Any]] = None,
    without: Sequence[str] = (),
    latitude_longitude: Optional[Tuple[Any, Any]] = None,
    framing: Optional[str] = None,
    south: bool = False,
) -> Tuple[str, Any]:
    """Write a Tanager product, bands first; return its name, and (rows, columns, bands)."""
    import h5py

    values = np.random.default_rng(0).random((ROWS, COLUMNS, 5)).astype(np.float32)
    values[0, 0] = -9999
    group = "HDFEOS/GRIDS/HYP" if kind == "ortho" else "HDFEOS/SWATHS/HYP"
    left, size, _, top, _, _ = PLACE
    zone = -33 if south else 33
    structure = (
        'GROUP=GridStructure\n\tGROUP=GRID_1\n\t\tGridName="HYP"\n'
        f"\t\tXDim={COLUMNS}\n\t\tYDim={ROWS}\n\t\tUpperLeftPointMtrs=({left:.2f},{top:.2f})\n"
        f"\t\tLowerRightMtrs=({left + size * COLUMNS:.2f},{top - size * ROWS:.2f})\n"
        f"\t\tProjection=HE5_GCTP_UTM\n\t\tZoneCode={zone}\n\tEND_GROUP=GRID_1\nEND_GROUP=GridStructure\nEND\n"
    )
    with h5py.File(path, "w") as file:
        made = file.create_dataset(
            f"{group}/Data Fields/{cube}", data=values.transpose(2, 0, 1), chunks=(5, 4, 4)
        )
        made.attrs["wavelengths"], made.attrs["fwhm"] = NANOMETERS, NANOMETERS / 60
        made.attrs["_FillValue"] = np.float32(-9999)
        if cube == "surface_reflectance":
            made.attrs["good_wavelengths"] = np.array([1, 1, 1, 0, 1], np.uint8)
        for name, mark in (marks or {}).items():
            file[f"{group}/Data Fields/{name}"] = np.asarray(mark, np.uint8)
        if kind == "ortho":
            file["HDFEOS INFORMATION/StructMetadata.0"] = np.bytes_(structure)
            if not south:
                file[group].attrs["epsg_code"] = UTM33
        else:
            fields = file.create_group(f"{group}/Geolocation Fields")
            fields.attrs["Planet_Ortho_Framing"] = framing or ""
            for name, numbers in zip(("Latitude", "Longitude"), latitude_longitude or (blank(), blank())):
                fields[name] = numbers
        for name in without:
            del file[name]
    return str(path), values


def neon(path: Path, *, rotation: str = "", info: Optional[str] = None) -> Tuple[str, Any]:
    """Write a NEON product, rows x columns x bands; return its name, and (rows, columns, bands) as stored."""
    import h5py

    values = counts(5)
    values[1, 1] = -9999
    left, size, _, top, _, _ = PLACE
    with h5py.File(path, "w") as file:
        made = file.create_dataset("SJER/Reflectance/Reflectance_Data", data=values)
        made.attrs["Scale_Factor"], made.attrs["Data_Ignore_Value"] = np.float64(10000), np.float64(-9999)
        file["SJER/Reflectance"].attrs["Band_Window_1_Nanometers"] = [1340, 1445]
        spectral = file.create_group("SJER/Reflectance/Metadata/Spectral_Data")
        spectral["Wavelength"], spectral["FWHM"] = NANOMETERS, NANOMETERS / 60
        system = file.create_group("SJER/Reflectance/Metadata/Coordinate_System")
        text = f"UTM,  1.000,  1.000,  {left},  {top},  {size},  {size},  33,  North,  WGS-84,  units=Meters{rotation}"
        system["Map_Info"] = np.bytes_(text if info is None else info)
        system["EPSG Code"] = np.bytes_(str(UTM33))
        file["SJER/Reflectance/Metadata/Ancillary_Imagery/Aspect"] = blank()
    return str(path), values


DESIS_STEM = "DESIS-HSI-L2A-DT0000000001_001-20220412T223540-V0220"


def desis(
    folder: Path,
    *,
    stem: str = DESIS_STEM,
    header: bool = True,
    metadata: bool = True,
    quality: Optional[Any] = None,
) -> Tuple[str, Any]:
    """Write a DESIS product; return its image, and (rows, columns, bands) as stored. quality : (rows, columns, 10)."""
    values = counts(5)
    values[3, 3] = -32768
    gain, offset = 1e-4 * np.arange(1, 6), 0.01 * np.arange(5)
    image = write_raster(
        folder / f"{stem}-SPECTRAL_IMAGE.tif",
        values,
        options=["INTERLEAVE=PIXEL"],
        nodata=-32768,
        geotransform=PLACE,
        epsg=UTM33,
    )
    if header:
        lists = {
            "wavelength": NANOMETERS,
            "fwhm": NANOMETERS / 60,
            "data gain values": gain,
            "data offset values": offset,
        }
        fields = "\n".join(
            f"{name} = {{\n{', '.join(map(str, numbers))}}}" for name, numbers in lists.items()
        )
        text = (
            f"ENVI\nsamples = {COLUMNS}\nlines = {ROWS}\nbands = 5\nwavelength units = nanometers\n{fields}\n"
        )
        (folder / f"{stem}-SPECTRAL_IMAGE.hdr").write_text(text, encoding="utf-8")
    if metadata:
        listed = "".join(
            f"<band><bandNumber>{number}</bandNumber>"
            f"<wavelengthCenterOfBand>{NANOMETERS[number - 1]}</wavelengthCenterOfBand>"
            f"<wavelengthWidthOfBand>{NANOMETERS[number - 1] / 60}</wavelengthWidthOfBand>"
            f"<gainOfBand>{gain[number - 1]}</gainOfBand><offsetOfBand>{offset[number - 1]}</offsetOfBand></band>"
            for number in range(1, 6)
        )
        (folder / f"{stem}-METADATA.xml").write_text(
            f"<?xml version='1.0'?><hsi_doc><interiorOrientation><band/></interiorOrientation><specific>"
            f"<bandCharacterisation>{listed}</bandCharacterisation></specific></hsi_doc>",
            encoding="utf-8",
        )
    if quality is not None:
        write_raster(folder / f"{stem}-QL_QUALITY-2.tif", np.asarray(quality, np.uint8))
    return image, values
