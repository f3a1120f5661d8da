"""The console in a browser, and what an attacker makes of it. LIGHTMAIL_SCREENSHOTS names a folder for pictures of it."""

import http.client
import os
import re
import secrets
import urllib.parse
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from support import corpus
from support.api import API
from support.stack import PATIENCE


@pytest.fixture(scope="module")
def api(stack):
    return API(int(stack.settings["LIGHTMAIL_API_PORT"]), stack.settings["LIGHTMAIL_API_TOKEN"])


@pytest.fixture(scope="module")
def url(stack):
    return f"http://127.0.0.1:{stack.settings['LIGHTMAIL_API_PORT']}/console"


def options():
    chosen = webdriver.ChromeOptions()
    chosen.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=1280,900"):
        chosen.add_argument(argument)
    chosen.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return chosen


@pytest.fixture(scope="module")
def browser():
    driver = webdriver.Chrome(options=options(), service=webdriver.ChromeService("/usr/bin/chromedriver"))
    driver.set_page_load_timeout(PATIENCE)
    yield driver
    driver.quit()


def picture(browser, name):
    folder = os.environ.get("LIGHTMAIL_SCREENSHOTS")
    if folder:
        height = browser.execute_script("return Math.min(document.documentElement.scrollHeight, 2400)")
        size = browser.get_window_size()
        browser.set_window_size(size["width"], max(height + 140, 700))
        browser.save_screenshot(str(Path(folder) / f"{name}.png"))
        browser.set_window_size(size["width"], size["height"])


def shows(browser, text):
    # While a page gives way to the next, the body that was found may be the old one's, and gone.
    wait = WebDriverWait(browser, PATIENCE, ignored_exceptions=[StaleElementReferenceException])
    wait.until(lambda driver: text in driver.find_element(By.TAG_NAME, "body").text)


def press(browser, text):
    browser.find_element(By.XPATH, f"//button[starts-with(normalize-space(.), '{text}')]").click()


def fill(browser, name, text):
    field = browser.find_element(By.ID, name)
    field.clear()
    field.send_keys(text)


def log_in(browser, url, token):
    browser.delete_all_cookies()
    browser.get(url)
    shows(browser, "Token")
    field = browser.switch_to.active_element
    assert field.get_attribute("id") == "token"
    field.send_keys(token + Keys.ENTER)
    shows(browser, "Overview")


HOSTILE = (
    b"From: \"<b onmouseover=alert(1)>\" <evil@example.org>\r\n"
    b"Subject: =?utf-8?Q?<script>alert(1)</script>=22=CC=81_onfocus=3Dalert(1)?=\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
    b"</pre><script>document.title='owned'</script><img src=http://evil.example/x>\r\n"
)


def test_a_day_of_an_administrator(stack, api, browser, url):
    log_in(browser, url, api.token)
    picture(browser, "dashboard")
    # Every daemon has told of itself by now, and the collector of the store.
    for plot, names in [("sessions", {"apid", "imapd", "lmtpd", "pop3d", "smtpd"}), ("storage", {"as clients see it"})]:
        card = f"section[aria-labelledby={plot}]"
        legend = {item.text.partition(" ")[0] for item in browser.find_elements(By.CSS_SELECTOR, f"{card} .legend li")}
        assert legend == {name.partition(" ")[0] for name in names}
        assert browser.find_elements(By.CSS_SELECTOR, f"{card} svg path.line")
        assert browser.find_elements(By.CSS_SELECTOR, f"{card} table tbody tr")

    # A domain and an account, by keyboard alone.
    browser.get(url + "/domains")
    domain = f"{secrets.token_hex(4)}.example"
    fill(browser, "name", domain + Keys.ENTER)
    shows(browser, "Added.")
    assert domain in browser.page_source
    picture(browser, "domains")
    browser.get(url + "/accounts")
    fill(browser, "username", f"person@{domain}")
    fill(browser, "password", "a good password")
    fill(browser, "quota", "50" + Keys.ENTER)
    shows(browser, "Added.")
    shows(browser, f"person@{domain}")
    shows(browser, "of 50.0 MB")
    account_url = browser.current_url.partition("?")[0]

    stack.deliver(corpus.header("A first message", ""), f"person@{domain}")
    stack.deliver(HOSTILE, f"person@{domain}")
    browser.get(account_url)
    picture(browser, "account")
    browser.find_element(By.LINK_TEXT, "INBOX").click()
    shows(browser, "A first message")
    picture(browser, "mailbox")

    # What a message holds is text, whatever it says.
    browser.find_element(By.PARTIAL_LINK_TEXT, "<script>").click()
    shows(browser, "</pre><script>")
    assert "owned" not in browser.title
    assert browser.find_elements(By.CSS_SELECTOR, "main script, main img[src^='http://evil']") == []
    assert browser.find_elements(By.CSS_SELECTOR, "[onmouseover], [onfocus]") == []
    picture(browser, "message")

    # Deleted, and restored.
    message_url = browser.current_url
    press(browser, "Delete")
    browser.switch_to.alert.accept()
    shows(browser, "Removed.")
    browser.get(message_url)
    press(browser, "Restore")
    shows(browser, "Restored.")

    browser.get(account_url)
    fill(browser, "quota", "")
    press(browser, "Set the quota")
    shows(browser, "Changed.")
    press(browser, "Stop the account")
    browser.switch_to.alert.dismiss()
    shows(browser, "active")
    press(browser, "Stop the account")
    browser.switch_to.alert.accept()
    shows(browser, "stopped")
    press(browser, "Remove the account")
    browser.switch_to.alert.accept()
    shows(browser, "Removed.")
    browser.get(url + "/deleted")
    shows(browser, f"person@{domain}")
    picture(browser, "deleted")
    row = browser.find_element(By.XPATH, f"//tr[contains(., 'person@{domain}')]")
    row.find_element(By.TAG_NAME, "button").click()
    shows(browser, "Restored.")

    stack.sql(
        "INSERT INTO webhook_events (event, body, created_at, attempts, due_at, failure, dead_at) VALUES ('message.delivered',"
        " '{\"subject\":\"<b>bold</b>\"}', UTC_TIMESTAMP(), 20, UTC_TIMESTAMP(), 'status 500', UTC_TIMESTAMP())"
    )
    browser.get(url + "/webhooks")
    shows(browser, "<b>bold</b>")
    shows(browser, "status 500")
    picture(browser, "webhooks")
    press(browser, "Try again")
    shows(browser, "No event was given up.")
    shows(browser, "Changed.")
    assert stack.sql("SELECT attempts, dead_at FROM webhook_events") == [["0", "NULL"]]
    stack.sql("DELETE FROM webhook_events")

    # A session of a daemon that will not say more: the database's word for it is what the page shows.
    stack.sql(
        "INSERT INTO daemon_sessions (id, daemon_id, account_id, listener, client, began_at) SELECT 's0123456789abcdefghi', d.id,"
        " (SELECT MAX(id) FROM accounts WHERE live = 1), 'imaps', '192.0.2.7', UTC_TIMESTAMP() FROM daemons d WHERE d.kind = 'imapd' ORDER BY d.seen_at DESC LIMIT 1"
    )
    browser.get(url + "/sessions")
    shows(browser, "192.0.2.7")
    picture(browser, "sessions")
    press(browser, "Disconnect")
    shows(browser, "The session ends within seconds.")
    shows(browser, "ending")
    stack.sql("DELETE FROM daemon_sessions WHERE id = 's0123456789abcdefghi'")

    browser.get(url + "/health")
    shows(browser, "answers")
    shows(browser, "lightmail-gcd")
    picture(browser, "health")
    press(browser, "Log out")
    shows(browser, "Token")
    picture(browser, "login")
    browser.get(url + "/accounts")
    shows(browser, "Token")

    # Nothing broke the policy, and no script failed.
    severe = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert severe == []


def test_it_fits_a_phone_and_the_dark(stack, api, browser, url):
    account = stack.account()
    stack.deliver(corpus.header("A subject that is far longer than any phone is wide, and then some more of it", ""), account.address)
    number = next(item["id"] for item in api.get("/admin/accounts").json if item["username"] == account.address)
    inbox = api.get(f"/admin/accounts/{number}/mailboxes").json[0]["id"]
    log_in(browser, url, api.token)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    )
    try:
        pages = {
            "dashboard": "",
            "accounts": "/accounts",
            "account": f"/accounts/{number}",
            "mailbox": f"/mailboxes/{inbox}",
            "webhooks": "/webhooks",
            "sessions": "/sessions",
            "health": "/health",
        }
        for name, path in pages.items():
            browser.get(url + path)
            width = browser.execute_script("return document.documentElement.scrollWidth")
            assert width <= 390, (name, width)
            if os.environ.get("LIGHTMAIL_SCREENSHOTS"):
                browser.save_screenshot(str(Path(os.environ["LIGHTMAIL_SCREENSHOTS"]) / f"phone-{name}.png"))
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_every_field_has_a_name(api, browser, url):
    """What a screen reader reads: a label for each field, a name for each link and button, one heading of the first level."""
    log_in(browser, url, api.token)
    for path in ("", "/domains", "/accounts", "/deleted", "/blocked", "/sessions", "/webhooks", "/health"):
        browser.get(url + path)
        assert len(browser.find_elements(By.TAG_NAME, "h1")) == 1
        assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en"
        browser.execute_script("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        for element in browser.find_elements(By.CSS_SELECTOR, "a, button, input:not([type=hidden]), select, meter"):
            assert element.accessible_name, element.get_attribute("outerHTML")
        # The first stop of the keyboard leads past the navigation.
        browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
        assert browser.switch_to.active_element.get_attribute("href").endswith("#main")


# Without a browser: what an attacker would send.


class Visitor:
    """Sends what a browser would not."""

    def __init__(self, port):
        self.port = port
        self.cookie = None

    def send(self, method, path, form=None, **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        if self.cookie:
            headers["Cookie"] = self.cookie
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response, text

    def log_in(self, token):
        response, text = self.send("POST", "/console/login", {"token": token})
        if response.status == 303:
            self.cookie = response.getheader("Set-Cookie").partition(";")[0]
        return response, text


def test_sessions_and_forms(stack, api):
    visitor = Visitor(api.port)
    response, _ = visitor.send("GET", "/console/accounts")
    assert (response.status, response.getheader("Location")) == (303, "/console/login")
    assert visitor.log_in("wrong")[0].status == 401
    assert visitor.send("POST", "/console/login", {"token": api.token}, Sec_Fetch_Site="cross-site")[0].status == 403
    response, _ = visitor.log_in(api.token)
    cookie = response.getheader("Set-Cookie")
    assert response.status == 303 and "HttpOnly" in cookie and "SameSite=Strict" in cookie and api.token not in cookie
    response, text = visitor.send("GET", "/console/domains")
    policy = response.getheader("Content-Security-Policy")
    assert response.status == 200 and "default-src 'none'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert re.search(r"<script(?! src)|<style|\sstyle=|\son[a-z]+=", text) is None

    # A form without the seal of this session, or with that of another, does nothing.
    name = f"{secrets.token_hex(4)}.example"
    seal = re.search(r'name="seal" value="([^"]+)"', text)[1]
    other = Visitor(api.port)
    other.log_in(api.token)
    assert visitor.send("POST", "/console/domains", {"name": name})[0].status == 403
    assert other.send("POST", "/console/domains", {"name": name, "seal": seal})[0].status == 403
    assert name not in str(api.get("/admin/domains").json)
    assert visitor.send("POST", "/console/domains", {"name": name, "seal": seal})[0].status == 303
    assert name in str(api.get("/admin/domains").json)
    response, text = visitor.send("POST", "/console/domains", {"name": name, "seal": seal})
    assert response.status == 409 and "exists already" in text

    # The API takes no cookie, so no other site can use it.
    assert visitor.send("GET", "/admin/accounts")[0].status == 401
    visitor.cookie = visitor.cookie[:-1] + ("0" if visitor.cookie[-1] != "0" else "1")
    assert visitor.send("GET", "/console")[0].status == 303


def test_who_may_only_look(stack, api):
    name = f"reader-{secrets.token_hex(4)}"
    token = stack.control("token", "add", name, "--scope", "read").stdout.strip()
    visitor = Visitor(api.port)
    visitor.log_in(token)
    _, text = visitor.send("GET", "/console/domains")
    assert "Add a domain" not in text
    seal = re.search(r'name="seal" value="([^"]+)"', text)[1]
    response, text = visitor.send("POST", "/console/domains", {"name": "reader.example", "seal": seal})
    assert response.status == 403 and "not to change" in text
    stack.control("token", "revoke", name)
    assert visitor.send("GET", "/console/domains")[0].status == 303
