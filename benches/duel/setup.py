"""Turns the bench's rules and account into a rulebook and a configuration.

Runs in the folder in which the server will start; see README.md beside it.
"""

import csv
import json
import os
import shutil

env = os.environ
for leftover in ("data", "responses"):
    shutil.rmtree(leftover, ignore_errors=True)
os.makedirs("responses/rules")

COLUMNS = "id,name,contains,equals,starts,pattern,exclude,questions,reply".split(",")
with open(env["BENCH_RULES"], encoding="utf-8") as rules:
    with open("responses/rules/bench.csv", "w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(COLUMNS)
        for number, line in enumerate(rules):
            keyword, reply = line.rstrip("\n").split("\t")
            table.writerow([f"r{number:07d}", keyword, keyword, "", "", "", "", "", reply])

default = json.dumps(env["BENCH_DEFAULT_REPLY"], ensure_ascii=False)
steps = ("first", "second", "third")
with open("responses/settings.toml", "w", encoding="utf-8") as settings:
    settings.write('[centre]\nname = "bench"\n[phrases]\n')
    settings.writelines(f"not_understood_{step} = {default}\n" for step in steps)
with open("responses/contacts.toml", "w", encoding="utf-8") as contacts:
    contacts.write('[[contact]]\nname = "bench"\nphone = "0796-6559898"\nwechat = "jgspxpy"\ndefault = true\n')

mode = "safe" if env["BENCH_MODE"] == "aes" else "plain"
with open("bench.toml", "w", encoding="utf-8") as config:
    config.write(
        f"""[server]
listen = "127.0.0.1:{env["BENCH_PORT"]}"
[store]
url = "sqlite:data/yingda.db"
[rulebook]
folder = "responses"
[desk]
flood_limit = 0
[logging]
level = "warn"
[[account]]
id = "main"
channel = "wechat"
name = "bench"
app_id = "{env["BENCH_APPID"]}"
token = "{env["BENCH_TOKEN"]}"
encoding_aes_key = "{env["BENCH_AESKEY"]}"
encryption = "{mode}"
"""
    )
