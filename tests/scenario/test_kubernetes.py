# SPDX-License-Identifier: Apache-2.0
"""What config/kubernetes builds to, by kubectl. No cluster sees it: that it is admitted and runs is not shown here."""
import os
import pathlib
import re
import subprocess

import pytest
import yaml
from support.gate import TOP, run_exeat

KUBECTL = pathlib.Path(os.environ.get("KUBECTL", TOP / "tests/kubernetes/node_modules/.bin/kubectl"))
FOLDER = TOP / "config/kubernetes"
UID = 64123


def build(folder):
    assert KUBECTL.exists(), f"{KUBECTL} is not there; `./dev test` installs it"
    done = subprocess.run([KUBECTL, "kustomize", folder], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # nor does it warn of what is deprecated
    return {thing["kind"]: thing for thing in yaml.safe_load_all(done.stdout)}


@pytest.fixture(scope="module")
def built():
    return build(FOLDER / "example")


@pytest.fixture
def pod(built):
    return built["Deployment"]["spec"]["template"]["spec"]


@pytest.fixture
def gate(pod):
    (one,) = pod["initContainers"]
    return one


def test_the_folder_builds_as_it_is_shipped(built):
    assert set(built) == {"ConfigMap", "Deployment", "NetworkPolicy"}
    assert build(FOLDER) == built


def test_it_goes_into_a_deployment_of_ones_own(tmp_path):
    (tmp_path / "shop.yaml").write_text((FOLDER / "example/shop.yaml").read_text().replace("replicas: 2", "replicas: 7"))
    component = os.path.relpath(FOLDER / "sidecar", tmp_path)
    (tmp_path / "kustomization.yaml").write_text(f"resources: [shop.yaml]\ncomponents: ['{component}']\n")
    built = build(tmp_path)
    assert built["Deployment"]["spec"]["replicas"] == 7
    assert built["Deployment"]["spec"]["template"]["spec"]["initContainers"][0]["name"] == "exeat"


def test_a_deployment_of_another_name_is_told(tmp_path):
    (tmp_path / "shop.yaml").write_text((FOLDER / "example/shop.yaml").read_text().replace("name: shop", "name: store"))
    component = os.path.relpath(FOLDER / "sidecar", tmp_path)
    (tmp_path / "kustomization.yaml").write_text(f"resources: [shop.yaml]\ncomponents: ['{component}']\n")
    done = subprocess.run([KUBECTL, "kustomize", tmp_path], capture_output=True, text=True, timeout=120)
    assert done.returncode != 0 and "Deployment" in done.stderr  # never a shop without its gate


def test_the_gate_is_a_native_sidecar_without_any_right(pod, gate):
    assert gate["restartPolicy"] == "Always" and gate["startupProbe"]["httpGet"]["path"] == "/readyz"
    context = gate["securityContext"]
    assert context["runAsUser"] == context["runAsGroup"] == pod["securityContext"]["fsGroup"] == UID
    assert context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"]
    assert context["capabilities"] == {"drop": ["ALL"]} and context["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        assert container["securityContext"]["runAsUser"] != UID  # nor can it become that
        assert "ALL" in container["securityContext"]["capabilities"]["drop"]


def test_every_volume_is_there_and_none_lies_in_another(pod, gate):
    volumes = {volume["name"] for volume in pod["volumes"]}
    for container in [gate, *pod["containers"]]:
        mounts = container["volumeMounts"]
        assert {mount["name"] for mount in mounts} <= volumes
        paths = [mount["mountPath"] for mount in mounts]
        assert not any(one != other and one.startswith(other + "/") for one in paths for other in paths)


def test_its_policy_is_good_and_each_pod_has_a_log_of_its_own(built, gate, tmp_path):
    variables = {one["name"]: one["valueFrom"]["fieldRef"]["fieldPath"] for one in gate["env"]}
    assert variables == {"POD": "metadata.name", "NAMESPACE": "metadata.namespace"}
    path = tmp_path / "exeat.yaml"
    path.write_text(built["ConfigMap"]["data"]["exeat.yaml"])
    done = run_exeat("check", "-c", path, env={**os.environ, "POD": "shop-1", "NAMESPACE": "shop"})
    assert done.returncode == 0, done.stdout + done.stderr
    policy = yaml.safe_load(path.read_text())
    assert "{pod}" in policy["audit"]["origin"] and "{namespace}" in policy["audit"]["origin"]
    bare = {name: value for name, value in os.environ.items() if name not in ("POD", "NAMESPACE")}
    assert run_exeat("check", "-c", path, env=bare).returncode == 2


def test_what_the_policy_names_is_mounted(built, gate):
    policy = yaml.safe_load(built["ConfigMap"]["data"]["exeat.yaml"])
    mounts = {mount["mountPath"]: mount for mount in gate["volumeMounts"]}
    writable = [path for path, mount in mounts.items() if not mount.get("readOnly")]
    authority, audit = policy["tls"]["authority"], policy["audit"]
    assert all(any(authority[key].startswith(path + "/") for path in mounts) for key in ("certificate", "key"))
    for path in (audit["directory"], audit["key"], policy["listen"]["control"]):
        assert any(path.startswith(mount + "/") for mount in writable), path


def test_the_network_policy_is_about_the_same_pods(built):
    labels = built["Deployment"]["spec"]["template"]["metadata"]["labels"]
    selector = built["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]
    assert selector.items() <= labels.items() and built["NetworkPolicy"]["spec"]["policyTypes"] == ["Egress"]


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    folder = tmp_path_factory.mktemp("held")
    (folder / "shop.yaml").write_text((FOLDER / "example/shop.yaml").read_text())
    components = [os.path.relpath(FOLDER / name, folder) for name in ("sidecar", "held")]
    (folder / "kustomization.yaml").write_text(f"resources: [shop.yaml]\ncomponents: {components}\n")
    return build(folder)


def test_a_held_pod_loads_its_rules_before_anything_else_runs(held, gate):
    spec = held["Deployment"]["spec"]["template"]["spec"]
    rules, sidecar = spec["initContainers"]
    assert sidecar == gate and rules["args"] == ["redirect", "apply", "-c", "/etc/exeat/exeat.yaml"]
    context = rules["securityContext"]
    assert context["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN"]} and context["runAsUser"] == 0
    assert "restartPolicy" not in rules and not context["allowPrivilegeEscalation"]  # it ends, and holds nothing then
    assert {mount["name"] for mount in rules["volumeMounts"]} <= {volume["name"] for volume in spec["volumes"]}


def test_the_policy_of_a_held_pod_is_good_and_its_rules_let_the_gate_alone_out(held, built, tmp_path):
    path = tmp_path / "exeat.yaml"
    path.write_text(held["ConfigMap"]["data"]["exeat.yaml"])
    environment = {**os.environ, "POD": "shop-1", "NAMESPACE": "shop"}
    done = run_exeat("check", "--strict", "-c", path, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    policy, plain = yaml.safe_load(path.read_text()), yaml.safe_load(built["ConfigMap"]["data"]["exeat.yaml"])
    assert policy["redirect"] == {"uid": UID}
    assert {name: policy[name] for name in plain if name != "listen"} == {name: plain[name] for name in plain if name != "listen"}
    printed = run_exeat("redirect", "print", "-c", path, env=environment)
    assert printed.returncode == 0 and str(UID) in printed.stdout and ":3129" in printed.stdout and ":5353" in printed.stdout


def test_the_witness_is_a_stateful_set_with_its_service():
    things = {thing["kind"]: thing for thing in yaml.safe_load_all((FOLDER / "witness.yaml").read_text())}
    assert set(things) == {"StatefulSet", "Service"}
    spec = things["StatefulSet"]["spec"]
    assert spec["replicas"] == 1 and things["Service"]["spec"]["selector"].items() <= spec["template"]["metadata"]["labels"].items()
    known = run_exeat("help", "witness").stdout
    (container,) = spec["template"]["spec"]["containers"]
    assert container["args"][0] == "witness"
    assert all(word.split("=")[0] in known for word in container["args"][1:])


def test_what_containers_are_told_by_args_are_commands_of_the_images_entry_point():
    page = (TOP / "docs/operations.md").read_text()
    assert (TOP / "Dockerfile").read_text().endswith('ENTRYPOINT ["/usr/local/bin/exeat"]\nCMD ["run", "-c", "/etc/exeat/exeat.yaml"]\n')
    assert "entry point is `exeat`, and `run -c /etc/exeat/exeat.yaml` what it is told" in page
    told = re.findall(r"^ +args: \[(\w+)", page, re.M) + re.findall(r"^podman run .* localhost/exeat (\w+)", page.replace("    podman", "podman"), re.M)
    assert {"redirect", "ca"} <= set(told) and all(run_exeat("help", word).returncode == 0 for word in told), told
