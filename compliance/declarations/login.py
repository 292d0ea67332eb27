"""The settings of the login, from [login] in data/server.toml, the organisation's own file and the environment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from compliance.core.errors import Refusal
from compliance.core.hints import nearest
from compliance.core.language import N_
from compliance.core.places import SERVER
from compliance.declarations.declared import BELOW, NONE_OF, UNKNOWN

FILE: Final = SERVER.name
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
ROLES: Final = ("coordinator", "head", "management", "analyst", "administrator")
PARTS: Final = ("organisation", "department", "unit")
# What is set, and in which variable of the environment it may stand instead.
TEXTS: Final = {
    name: f"COMPLIANCE_LOGIN_{name.upper()}"
    for name in ("issuer", "client_id", "client_secret", "tenant", "claim", "scope", "prompt", "contact")
}
NEEDED: Final = ("issuer", "client_id", "client_secret", "claim", "scope", "contact")
# These have values of the product, so that they alone do not ask for a login.
USUAL: Final = ("claim", "scope", "prompt")
# What the provider is asked to do (OpenID Connect Core 1.0, section 3.1.2.1); nothing, where it knows none of these.
PROMPTS: Final = ("select_account", "login", "")
EXAMPLE: Final = "https://efterlevnad.example.se"
ADDRESS: Final = N_("Write the public address “{said}” as {example}, without a path.")


@dataclass(frozen=True)
class Rule:
    """A role that a value of the provider's claim gives, within a part of an organisation if one is named."""

    value: str
    row: dict[str, Any]


@dataclass(frozen=True)
class Login:
    """How people log in: the provider, what this service is to it, and which of its values give which role.

    `claim` is the claim that names app roles or groups, `scope` and `prompt` are what the login asks for, and `contact`
    is whom somebody without a role asks.
    """

    issuer: str
    client_id: str
    client_secret: str
    tenant: str
    claim: str
    scope: str
    prompt: str
    contact: str
    roles: tuple[Rule, ...]

    @property
    def metadata(self) -> str:
        """The address of the provider's metadata (OpenID Connect Discovery 1.0, section 4)."""
        return f"{self.issuer.removesuffix('/')}/.well-known/openid-configuration"


def is_wanted(table: object, environment: Mapping[str, str]) -> bool:
    """Whether anything is said of a login, so that nobody gets in without one; also in a variable that is misspelt."""
    if not isinstance(table, dict):
        return True
    return any(environment.values()) or any(value for key, value in table.items() if key not in USUAL)


def read_login(table: object, environment: Mapping[str, str], *, public_address: str) -> tuple[Login, list[Refusal]]:
    """The login's settings, and a refusal for each that is wrong."""
    if not isinstance(table, dict):
        return Login("", "", "", "", "", "", "", "", ()), [Refusal(BELOW, file=FILE, line="[login]")]
    said = {name: environment.get(variable) or table.get(name, "") for name, variable in TEXTS.items()}
    texts = {name: value.strip() if isinstance(value, str) else "" for name, value in said.items()}
    rules = table.get("roles", [])
    wrong = [*_rules_wrong(rules)]
    refusals = [
        *_unknown(table, {*TEXTS, "roles"}, "login"),
        *misspelt(environment, TEXTS.values()),
        *_missing(said, texts),
    ]
    refusals += [*_addresses(texts["issuer"], public_address), *wrong]
    if texts["scope"] and "openid" not in texts["scope"].split():
        refusals.append(Refusal(N_("{file}: the scope “{said}” lacks openid."), file=FILE, said=texts["scope"]))
    if texts["prompt"] not in PROMPTS:
        known = ", ".join(prompt or '""' for prompt in PROMPTS)
        refusals.append(Refusal(NONE_OF, file=FILE, key="prompt", said=texts["prompt"], known=known))
    return Login(**texts, roles=() if wrong else tuple(Rule(rule["value"], _row(rule)) for rule in rules)), refusals


def _missing(said: dict[str, Any], texts: dict[str, str]) -> Iterator[Refusal]:
    for name, variable in TEXTS.items():
        if not isinstance(said[name], str) or (name in NEEDED and not texts[name]):
            text = N_("{file}: [login] lacks {key}. It is a text, here or in the variable {variable}.")
            yield Refusal(text, file=FILE, key=name, variable=variable)


def _row(rule: dict[str, Any]) -> dict[str, Any]:
    return {name: rule.get(name) for name in ("role", *PARTS)}


def _unknown(table: dict[str, Any], known: set[str], where: str) -> Iterator[Refusal]:
    for key in table.keys() - known:
        yield Refusal(UNKNOWN, file=FILE, key=f"{where}.{key}", known=", ".join(sorted(known)))


def misspelt(variables: Iterable[str], known: Iterable[str]) -> Iterator[Refusal]:
    """A refusal for each variable that is none of the known ones."""
    for variable in sorted({*variables} - {*known}):
        text = N_("There is no “{said}”. Did you mean {near}? There are {all}.")
        yield Refusal(text, said=variable, near=nearest(variable, known), all=", ".join(sorted(known)))


def _addresses(issuer: str, public: str) -> Iterator[Refusal]:
    """The provider and this service are reached through TLS, but for those on this machine alone."""
    if issuer and not is_secure(issuer):
        text = N_("{file}: the issuer “{said}” is not an address that begins with https, without ? and #.")
        yield Refusal(text, file=FILE, said=issuer)
    if not public:
        text = N_("The service needs its public address: public_address in {file}, or {variable}.")
        yield Refusal(text, file=FILE, variable="COMPLIANCE_PUBLIC_ADDRESS")
    elif not is_secure(public):
        yield Refusal(ADDRESS, said=public, example=EXAMPLE)


def is_secure(address: str) -> bool:
    """Whether an address begins with https or is of this machine, without ? and #."""
    try:
        parts = urlsplit(address)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        return secure and bool(parts.hostname) and not parts.query and not parts.fragment and parts.username is None
    except ValueError:
        return False


def _rules_wrong(rules: object) -> Iterator[Refusal]:
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        yield Refusal(BELOW, file=FILE, line="[[login.roles]]")
        return
    for number, rule in enumerate(rules, 1):
        yield from _unknown(rule, {"value", "role", *PARTS}, "login.roles")
        if not all(isinstance(value, str) and value.strip() for value in rule.values()) or "value" not in rule:
            text = N_("{file}: rule {number} for roles lacks the provider's value, or a text in it is empty.")
            yield Refusal(text, file=FILE, number=number)
        if rule.get("role") not in ROLES:
            key, said = f"[[login.roles]] {number}, role", str(rule.get("role", ""))
            yield Refusal(NONE_OF, file=FILE, key=key, said=said, known=", ".join(ROLES))
        if ("department" in rule or "unit" in rule) and "organisation" not in rule:
            text = N_("{file}: rule {number} names a part of an organisation, but not the organisation.")
            yield Refusal(text, file=FILE, number=number)
