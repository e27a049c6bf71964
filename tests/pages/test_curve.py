"""The resource `curve`: the same numbers in every form, and an answer to whatever is asked."""

import io
import json

import numpy as np
import pytest

from cnnviz import Setup, curve, load_image
from cnnviz.pages import answer
from cnnviz.pages.encoding import decode
from cnnviz.pages.registry import page_keys, pages
from cnnviz.pages.resource import canonical_query, compute_resource, estimate_cost, page_of

PAGE = page_of("curve")
QUERY = {"k": "2", "seed": "39", "along": "f:1,1", "set": "w:0,0:1"}


def asked(form: str, **query: str):
    return compute_resource(PAGE, canonical_query(PAGE, query), form).plain


def test_all_forms_have_the_curves_numbers():
    result = curve(Setup(k=2, seed=39, set="w:0,0:1"), load_image("test-0"), "f:1,1")
    header, arrays = decode(answer("curve", QUERY))
    assert (header["along"], header["at"], header["gradient"], header["kink"], header["span"]) == ("f:1,1", result.at, result.gradient, False, result.span)
    assert arrays["theta"].tobytes() == result.theta.tobytes() and arrays["loss"].tobytes() == result.loss.tobytes()
    as_json = json.loads(asked("json", **QUERY))
    assert as_json["page"] == "curve" and as_json["lesson"]["set"] == "w:0,0:1" and as_json["wrong"] == {}
    assert as_json["arrays"]["theta"] == result.theta.tolist() and as_json["arrays"]["gradient"] == result.gradient and as_json["arrays"]["kink"] is False
    npz = np.load(io.BytesIO(asked("npz", **QUERY)))
    assert np.array_equal(npz["loss"], result.loss) and npz["at"] == result.at and not npz["kink"] and npz["span"] == result.span


def test_what_changes_nothing_is_not_asked_for():
    looks = QUERY | {"stage": "z1", "cell": "z1:0,0", "lang": "fr", "mission": "x", "n": "7", "utm": "x"}
    assert canonical_query(PAGE, looks) == QUERY and answer("curve", looks) == answer("curve", QUERY)
    assert not {"along", "span"} & {*page_keys(), *canonical_query(pages()[0], QUERY)}, "it is no page, and no page's numbers depend on it"


@pytest.mark.parametrize(("query", "key"), [({}, "along"), ({"along": "q:1"}, "along"), ({"along": "f:1,1", "span": "-1"}, "span"), ({"along": "lr", "lr": "fast"}, "lr")])
def test_what_cannot_be_used_is_said(query, key):
    header, arrays = decode(answer("curve", query))
    assert [*header["wrong"]] == [key] and ("theta" in arrays) == (key != "along")
    message = json.loads(asked("json", **query))["wrong"]
    assert [*message] == [key] and message[key]["sentence"].endswith(".")
    assert np.load(io.BytesIO(asked("npz", **query)))


def test_its_cost_is_known_before():
    small, large = (estimate_cost(PAGE, {"along": "f:0,0,1,1" if net else "f:1,1", **net})[1] for net in ({}, {"net": "conv16x5-relu-conv16x5-dense10-softmax-ce"}))
    assert 0 < small < large
