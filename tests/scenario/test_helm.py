# SPDX-License-Identifier: Apache-2.0
"""The Helm chart has nothing of its own: it is written from the kustomize components, and gives what they give."""
import re
import shlex
import shutil
import subprocess
import sys

import pytest
import yaml
from support.gate import TOP
from support.kubernetes import FOLDER, HELM, build, complaints, objects, overlay, workload

CHART = FOLDER / "chart"
RULES = ["--set-file", f"rules.rules\\.yaml={FOLDER / 'example/shopify-app/rules.yaml'}"]
USERS = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  {{- if index .Values.exeat.components "gateway" }}
  labels: { exeat: client }
  {{- end }}
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata:
      labels:
        app: shop
        {{- include "exeat.labels" .Subcharts.exeat | nindent 8 }}
    spec:
      {{- if index .Values.exeat.components "gateway" | not }}
      terminationGracePeriodSeconds: 40
      securityContext: { fsGroup: 64123 }
      {{- end }}
      {{- with include "exeat.initContainers" .Subcharts.exeat }}
      initContainers:
        {{- . | nindent 8 }}
      {{- end }}
      containers:
        {{- include "exeat.containers" .Subcharts.exeat | nindent 8 }}
        - name: php
          image: php
          envFrom:
            {{- include "exeat.envFrom" .Subcharts.exeat | nindent 12 }}
          {{- with include "exeat.securityContext" .Subcharts.exeat }}
          securityContext:
            {{- . | nindent 12 }}
          {{- end }}
          volumeMounts:
            {{- include "exeat.volumeMounts" .Subcharts.exeat | nindent 12 }}
      volumes:
        {{- include "exeat.volumes" .Subcharts.exeat | nindent 8 }}
"""


def helm(*words):
    assert HELM.exists(), f"{HELM} is not there; `./dev test` installs it"
    return subprocess.run([HELM, *words], capture_output=True, text=True, timeout=120)


def template(*words):
    done = helm("template", "x", *words)
    assert done.returncode == 0, done.stderr
    return objects(done.stdout)


def plain(value):
    """As Kubernetes takes it: null is as if it were not said, of volumes and mounts the order is no matter, and who drops ALL
    drops all that else is named."""
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    said = {name: plain(inner) for name, inner in value.items() if inner is not None}
    for name in {"volumes", "volumeMounts"} & set(said):
        said[name] = sorted(said[name], key=lambda one: (one["name"], one.get("mountPath", "")))
    if "ALL" in said.get("drop", []):
        said["drop"] = ["ALL"]
    return said


def by_name(things):
    named = {(thing["kind"], thing["metadata"]["name"]): plain(thing) for thing in things}
    assert len(named) == len(things)
    return named


def switched_on(*components):
    return [word for name in components for word in ("--set", f"components.{name}=true")]


def users_chart(folder, *components):
    """A chart of somebody's own, which has ours within."""
    shutil.copytree(CHART, folder / "charts/exeat")
    (folder / "templates").mkdir()
    (folder / "templates/shop.yaml").write_text(USERS)
    (folder / "Chart.yaml").write_text(yaml.safe_dump({"apiVersion": "v2", "name": "shop", "version": "1.0.0", "dependencies": [{"name": "exeat", "version": "0.1.0"}]}))
    rules = yaml.safe_load((folder / "kustomize/kustomization.yaml").read_text())["configMapGenerator"][0]["files"]
    texts = {name: (folder / "kustomize" / name).read_text() for name in rules}
    (folder / "values.yaml").write_text(yaml.safe_dump({"exeat": {"components": {name: True for name in components}, "rules": texts}}))
    return folder


def test_the_chart_is_as_it_is_written(tmp_path):
    subprocess.run([sys.executable, FOLDER / "generate_chart", tmp_path], check=True, timeout=120)
    again = {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    ours = {str(path.relative_to(CHART)): path.read_text() for path in CHART.rglob("*") if path.is_file()}
    assert sorted(again) == sorted(ours) and sorted(name for name in again if again[name] != ours[name]) == [], "run config/kubernetes/generate_chart"


def test_helm_finds_nothing_to_say_of_it():
    done = helm("lint", CHART)
    assert done.returncode == 0 and "WARNING" not in done.stdout and "ERROR" not in done.stdout, done.stdout


@pytest.mark.parametrize("components", [
    ("policy", "trust", "sidecar"),
    ("policy", "trust", "sidecar-classic", "network-policy-cilium"),
    ("policy", "trust", "sidecar", "persistence", "ship", "witnessed", "network-policy", "observe", "redirect"),
    ("policy", "trust", "gateway", "persistence", "ship", "witnessed", "observe"),
], ids=["plain", "classic", "held", "gateway"])
def test_a_chart_of_ones_own_gets_from_ours_what_an_overlay_gets_from_the_components(components, tmp_path):
    kustomized = build(overlay(tmp_path / "kustomize", *components, resources=[workload("Deployment")]))
    charted = template(users_chart(tmp_path, *(set(components) - {"policy", "trust"})))
    assert by_name(charted) == by_name(kustomized)


@pytest.mark.parametrize("component", ["inference", "witness"])
def test_what_stands_alone_is_the_same_by_either(component, tmp_path):
    kustomized = build(overlay(tmp_path, component, configMapGenerator=[]))
    assert by_name(template(CHART, *switched_on(component))) == by_name(kustomized)


def test_every_component_has_its_switch_and_images_and_regions_are_the_users():
    switches = yaml.safe_load((CHART / "values.yaml").read_text())["components"]
    folders = {path.parent.name for path in FOLDER.glob("*/kustomization.yaml")}
    assert set(switches) == folders - {"policy", "trust"} and not any(switches.values())
    things = template(CHART, *switched_on("gateway", "inference", "witness"), *RULES, "--set", "images.exeat=r.example/exeat@sha256:1,images.llm=r.example/llm,regions={a,b}")
    text = yaml.safe_dump_all(things)
    assert set(re.findall(r"image: (\S+)", text)) == {"r.example/exeat@sha256:1", "r.example/llm"} and complaints({"chart": things}) == []
    assert re.search(r"operator: In\s+values:\s+- a\s+- b", text)


def test_without_rules_no_gate_is_made_and_without_a_component_nothing_is():
    done = helm("template", "x", CHART, *switched_on("gateway"))
    assert done.returncode != 0 and "no rules: --set-file" in done.stderr
    assert template(CHART) == []


def test_the_commands_of_the_page_do_what_it_says():
    page = (TOP / "docs/operations.md").read_text().split("### By Helm\n")[1].split("\n## ")[0]
    commands = [line[4:] for line in page.splitlines() if line.startswith("    helm ")]
    assert commands
    for command in commands:
        words = shlex.split(command)
        done = subprocess.run([HELM, "template", *words[words.index("install") + 1:]], cwd=TOP, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and objects(done.stdout), done.stderr
