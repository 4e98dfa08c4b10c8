"""What Debian's packages have to provide, and how to get it."""

import os
import shutil
import subprocess
import sys

from .local import LAUNCHER, redis_program
from .postgres import postgres_bin
from .words import Unavailable, last_line, say

JDK_PACKAGES = ("openjdk-21-jdk-headless", "openjdk-25-jdk-headless", "temurin-21-jdk", "temurin-25-jdk")
JDK_ADVICE = """\
no JDK of 21 or later with its compiler, and this system has no package for one.
Unpack one below /opt, or name yours in JAVA_HOME, or add the Eclipse Adoptium package source and, as root:
  apt-get update && apt-get install -y temurin-21-jdk"""


def jdk_found() -> bool:
    return subprocess.run([LAUNCHER, "--jdk"], capture_output=True).returncode == 0


def zstd_found() -> bool:
    listing = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True).stdout
    return "libzstd.so.1" in listing


def missing_packages() -> list[str]:
    wanted = {
        "postgresql": postgres_bin() is not None,
        "redis-server": redis_program() is not None,
        "maven": shutil.which("mvn") is not None,
        "libzstd1": zstd_found(),
    }
    return [package for package, there in wanted.items() if not there]


def jdk_package() -> str | None:
    """The first JDK that serves among those that the package lists know."""
    for package in JDK_PACKAGES:
        known = subprocess.run(["apt-cache", "show", package], capture_output=True)
        if known.returncode == 0:
            return package
    return None


def apt_get(*args: str) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run(["apt-get", "-q", "-y", *args], env=quiet, stdout=sys.stderr).returncode:
        raise Unavailable(f"apt-get {args[0]} failed, see above")


def install_packages() -> None:
    packages, jdk = missing_packages(), jdk_found()
    if not packages and jdk:
        return
    if shutil.which("apt-get") is None:
        wanted = ", ".join(packages if jdk else [*packages, "a JDK of 21 or later"])
        raise Unavailable(f"there is no apt-get here; install these yourself: {wanted}")
    root = os.geteuid() == 0
    if root:
        apt_get("update")
    if not jdk and (package := jdk_package()):
        packages, jdk = [*packages, package], True
    if packages and not root:
        say(f"missing; as root: apt-get update && apt-get install -y {' '.join(packages)}")
    elif packages:
        apt_get("install", "--no-install-recommends", *packages)
    if not jdk:
        raise Unavailable(JDK_ADVICE)
    if packages and not root:
        raise Unavailable("not installed: " + ", ".join(packages))


def install() -> None:
    """Raises Unavailable, with the commands that help, where something may not be installed."""
    install_packages()
    say("Elasticsearch is fetched and built …")
    done = subprocess.run([LAUNCHER, "--build"], capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(last_line(done.stderr))
    say("PostgreSQL, Redis and Elasticsearch are installed")
