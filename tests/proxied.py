"""Debian's nginx before the service, with the configuration of `deploy/`, while a block lasts."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from compliance.core.places import ROOT

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx", path=f"/usr/sbin:{ROOT}/build/nginx/usr/sbin")
HOST, CHAIN = "localhost", "fullchain.pem"
# The rest of a configuration that the file is included in, such as Debian's.
AROUND = """
daemon off; pid {0}/pid; lock_file {0}/lock; error_log {0}/error.log;
events {{}}
http {{
  access_log {0}/access.log;
  client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u;
  scgi_temp_path {0}/s; include {0}/site.conf;
}}
"""


def certificate(folder: Path) -> Path:
    """The files of a certificate for this machine, signed by itself, and of its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / CHAIN, folder / "privkey.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form_, no = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, form_, no))
    return chain


@contextmanager
def nginx(folder: Path, *, tls: int, plain: int, behind: Sequence[int]) -> Iterator[None]:
    """nginx while the block lasts, with the values that an operator fills in and the ports of this test.

    `behind` are those of the servers, one or two.
    """
    assert NGINX, "The tests of the proxy need nginx: make nginx"
    text = CONFIGURATION.read_text("utf-8")
    filled = {
        "efterlevnad.example.se": HOST,
        "/etc/ssl/compliance": str(folder),
        "/var/log/nginx": str(folder),
        **_servers(*behind),
        "listen [::]:": "# ",
        "listen 443": f"listen 127.0.0.1:{tls}",
        "listen 80": f"listen 127.0.0.1:{plain}",
    }
    for old, new in filled.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "site.conf").write_text(text, "utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder), "utf-8")
    command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert (checked.returncode, "warn" in checked.stderr) == (0, False), checked.stderr
    process = subprocess.Popen(command)
    try:
        _wait(tls)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _servers(first: int, second: int = 0) -> dict[str, str]:
    """What an operator fills in for the servers."""
    filled = {"127.0.0.1:8501": f"127.0.0.1:{first}"}
    return filled | ({"#2 ": "", "10.0.0.12:8501": f"127.0.0.1:{second}"} if second else {})


def _wait(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError("nginx does not listen")
