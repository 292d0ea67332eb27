"""The bill of materials of a release: CycloneDX, which tools that look for known weaknesses read."""

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import Distribution
from pathlib import Path
from typing import Final, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.licences import licence
from release.wheels import PYTHONS, holds, sum_of

FONT: Final = "IBM Plex Sans"


class DebianPackage(NamedTuple):
    """A package of the system that an image brings."""

    name: str
    version: str
    architecture: str


def bill(
    version: str,
    packages: dict[str, Distribution],
    wheels: dict[str, list[Path]],
    moment: int,
    *,
    system: Iterable[DebianPackage] = (),
) -> str:
    """The bill as JSON: each package with its licence, the packages that it needs, and the hashes of its wheels.

    Of an image also the packages of its system, whose licences lie beside them. Equal packages, wheels and moment
    (seconds since 1970) give an equal bill. Raise ValueError if it is not valid.
    """
    product = Component(
        name="compliance", version=version, type=ComponentType.APPLICATION, bom_ref=f"pkg:generic/compliance@{version}"
    )
    parts = {name: _component(name, package, wheels[name]) for name, package in packages.items()}
    font = Component(name=FONT, type=ComponentType.DATA, bom_ref="font", licenses=[LicenseExpression("OFL-1.1")])
    below = [_of_debian(package) for package in system]
    whole = Bom(components=[*parts.values(), font, *below], metadata=BomMetaData(component=product))
    whole.metadata.timestamp = datetime.fromtimestamp(moment, UTC)
    whole.serial_number = uuid5(NAMESPACE_URL, f"compliance {version} {moment}")
    whole.register_dependency(product, [*parts.values(), font, *below])
    for name, package in packages.items():
        whole.register_dependency(parts[name], [parts[other] for other in sorted(_needs(package) & {*parts})])
    text = JsonV1Dot6(whole).output_as_string(indent=1) + "\n"
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(str(fault))
    return text


def _component(name: str, package: Distribution, wheels: Iterable[Path]) -> Component:
    purl = PackageURL("pypi", None, name, package.version)
    return Component(
        name=name, version=package.version, type=ComponentType.LIBRARY, purl=purl, bom_ref=str(purl),
        licenses=[LicenseExpression(licence(package))],
        external_references=[_reference(wheel) for wheel in wheels],
    )  # fmt: skip


def _of_debian(package: DebianPackage) -> Component:
    purl = PackageURL("deb", "debian", package.name, package.version, {"arch": package.architecture})
    return Component(
        name=package.name, version=package.version, type=ComponentType.LIBRARY, purl=purl, bom_ref=str(purl)
    )


def _reference(wheel: Path) -> ExternalReference:
    """Where a wheel is in the archive, and its hash."""
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=sum_of(wheel))]
    return ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION, url=XsUri(f"wheelhouse/{wheel.name}"), hashes=hashes
    )


def _needs(package: Distribution) -> set[str]:
    """The packages that a package needs on a server with any of the Pythons."""
    wanted = map(Requirement, package.requires or ())
    return {canonicalize_name(need.name) for need in wanted if any(holds(need, python) for python in PYTHONS)}
