"""The parts that tests stand on. A part that cannot start is a failure, never a skip."""

import pytest

from support.postfix import Postfix
from support.stack import Stack


@pytest.fixture(scope="session")
def stack():
    """The stack that most tests share; each makes accounts of its own in it."""
    shared = Stack()
    try:
        shared.up()
        yield shared
    finally:
        shared.close()


@pytest.fixture
def lonely_stack():
    """A stack of one test's own: nothing else is in its database or its bucket."""
    own = Stack()
    try:
        own.up()
        yield own
    finally:
        own.close()


@pytest.fixture
def account(stack):
    return stack.account()


@pytest.fixture(scope="session")
def postfix(stack):
    """A Postfix that delivers to the shared stack."""
    instance = Postfix(stack.settings["LIGHTMAIL_LMTP_SOCKET"])
    try:
        yield instance
    finally:
        instance.close()
