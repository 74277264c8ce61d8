"""How long the console's pages take on a full service, and how large they are.

    python3 benches/pages/measure.py target/release/yingda

Makes a rulebook of 1 000 rule files and a store of 100 000 messages of a month
in a temporary folder, starts the program on it, logs in as the first member and
opens each page 40 times. Prints a table: the first look, median and 95th
percentile in ms, and KB as sent and as a proxy would compress it. Needs nothing
but Python.
"""

import gzip
import hashlib
import http.cookiejar
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

RULES, MESSAGES, CUSTOMERS, LOOKS = 1_000, 100_000, 10_007, 40
PORT = 18_493
BASE = f"http://127.0.0.1:{PORT}"
MONTH_MS = 30 * 24 * 3_600_000

PAGES = {
    "首页": "/console",
    "回复规则": "/console/rules",
    "回复规则，查找": "/console/rules?q=" + urllib.parse.quote("第999号"),
    "一条规则": "/console/rules/many500",
    "试聊": "/console/try",
    "发布": "/console/publish",
    "课程": "/console/courses",
    "联系人": "/console/contacts",
    "设置": "/console/settings",
    "待补充": "/console/todo",
    "会话": "/console/chats?list=all",
    "会话，查找": "/console/chats?list=all&q=" + urllib.parse.quote("第99"),
    "一个会话": "/console/chats/o00001",
    "线索": "/console/leads",
    "未命中": "/console/misses?days=30",
    "数据": "/console/data?days=30",
    "数据背后的消息": "/console/data/messages?days=30",
    "日志": "/console/log",
    "接入": "/console/accounts",
}


def write_rulebook():
    os.makedirs("responses/rules")
    for n in range(RULES):
        with open(f"responses/rules/many{n}.md", "w", encoding="utf-8") as rule:
            rule.write(
                f'+++\nid = "many{n}"\nname = "规则{n}"\ngroup = "专题{n % 20}"\n'
                f'triggers = ["第{n}号专题的安排", "=专题{n}"]\nquestions = ["第{n}号专题怎么安排"]\n+++\n'
                f"第{n}号专题请问顾问：电话 {{{{phone}}}}。\n"
            )
    with open("responses/settings.toml", "w", encoding="utf-8") as settings:
        settings.write('[centre]\nname = "中心"\n')
    with open("responses/contacts.toml", "w", encoding="utf-8") as contacts:
        contacts.write(
            '[[contact]]\nname = "顾问"\nphone = "0796-6559898"\nwechat = "jgspxpy"\ndefault = true\n'
        )
    with open("yingda.toml", "w", encoding="utf-8") as config:
        config.write(
            f'[server]\nlisten = "127.0.0.1:{PORT}"\n[store]\nurl = "sqlite:data/yingda.db"\n'
            '[[account]]\nid = "main"\nchannel = "wechat"\nname = "中心"\napp_id = "wx1234567890abcdef"\n'
            'token = "benchtoken"\nencoding_aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"\n'
        )
    os.chmod("yingda.toml", 0o600)


def start(program):
    log = open("log", "w", encoding="utf-8")
    process = subprocess.Popen(
        [program, "--config", "yingda.toml", "serve"], stdout=log, stderr=subprocess.STDOUT
    )
    for _ in range(600):
        try:
            urllib.request.urlopen(BASE + "/readyz", timeout=1)
            return process
        except OSError:
            if process.poll() is not None:
                sys.exit("it did not start:\n" + open("log", encoding="utf-8").read())
            time.sleep(0.1)
    sys.exit("it does not get ready:\n" + open("log", encoding="utf-8").read())


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def write_messages():
    outcomes = ["fallback", "choices", "human"] + ["answer"] * 7
    reply = json.dumps({"type": "text", "text": [{"plain": "请问顾问。"}]}, ensure_ascii=False)
    begin = int(time.time() * 1_000) - MONTH_MS

    def rows():
        for n in range(MESSAGES):
            at = begin + n * (MONTH_MS // MESSAGES)
            outcome = outcomes[n % 10]
            body = f"第{n % 997}个没有答上的问题" if outcome == "fallback" else "请问培训多少钱一个人"
            rule = f"many{n % RULES}" if outcome == "answer" else None
            key = f"{at // 1_000:08x}" + hashlib.sha256(str(n).encode()).hexdigest()[:32]
            yield "main", key, f"o{n * 7_919 % CUSTOMERS:05}", at, "text", body, outcome, rule, 1, reply, 0, 90

    with sqlite3.connect("data/yingda.db") as store:
        store.executemany(
            "INSERT INTO message (account_id, id, customer_id, received_at, kind, body, outcome, rule_id, "
            "version, reply, is_test, took_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows(),
        )


class Browser:
    def __init__(self):
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self.opener.addheaders = [("accept-language", "zh-CN")]

    def open(self, address, form=None):
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(BASE + address, data, {"origin": BASE} if form else {})
        with self.opener.open(request, timeout=60) as answer:
            return answer.read().decode()

    def set_up(self, key):
        page = self.open(f"/setup?key={key}")
        hidden = dict(re.findall(r'type="hidden" name="(\w+)"[^>]*? value="([^"]*)"', page))
        secret = "青松立在山上从不动摇"
        fields = re.findall(r'name="(password\w*|again|repeat\w*)"', page)
        self.open("/setup", {**hidden, "name": "甲", **dict.fromkeys(fields, secret)})


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_rulebook()
        stop(start(program))
        write_messages()
        process = start(program)
        try:
            key = re.search(r"/setup\?key=(\S+)", open("log", encoding="utf-8").read()).group(1)
            browser = Browser()
            browser.set_up(key)
            print("| page | first | median | p95 | KB | compressed |\n|--|--|--|--|--|--|")
            for name, address in PAGES.items():
                took = []
                for _ in range(LOOKS):
                    begun = time.perf_counter()
                    page = browser.open(address)
                    took.append((time.perf_counter() - begun) * 1_000)
                assert "name=\"password\"" not in page, f"{address}: not logged in"
                first, took = took[0], sorted(took)
                p95 = took[LOOKS * 95 // 100 - 1]
                sizes = [len(sent) / 1_024 for sent in (page.encode(), gzip.compress(page.encode()))]
                times = f"{first:.0f} | {took[LOOKS // 2]:.1f} | {p95:.1f}"
                print(f"| {name} | {times} | {sizes[0]:.1f} | {sizes[1]:.1f} |")
        finally:
            stop(process)


main()
