"""Abstract interpreter for a text's statements, in the order in which Python would run them, on the values of
values.py. Nothing is executed.

Statements that affect neither layers nor tensors may be anything. Uses of layers and tensors must be on a list; any other use
adds a refused part to the layers. If a condition is known only at run time, both branches are followed. If their models differ,
the result is a Doubt.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cnnviz.models.described_layers import LARGEST, LayerDescription, Unknown, shorten
from cnnviz.models.library_calls import DATACLASS, HARMLESS, METRIC, LibraryCalls
from cnnviz.models.script_classes import DROPOUTS
from cnnviz.models.values import (
    BoundMethod,
    Class,
    Dim,
    Doubt,
    Flow,
    Function,
    Instance,
    Library,
    Loss,
    Module,
    ModulePart,
    Partial,
    Scope,
    Sequence,
    Shape,
    Super,
    Values,
    model_values_in,
)  # fmt: skip
from cnnviz.words import Message, Problem, message

MOST_STEPS = 120_000
"""Upper limit of visited expressions and statements; loops visit them repeatedly."""
MOST_ITERATIONS = 64
"""Upper limit of loop iterations that are followed one by one. A longer loop, such as a training loop, is followed
once."""
MOST_CALLS = 12
"""Upper limit of nested calls of the text's functions."""
MOST_VALUES = 20_000
"""Upper limit of entries of a computed list."""
_MISSING = object()

_OPERATIONS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv, ast.Div: operator.truediv, ast.Mod: operator.mod,
}  # fmt: skip
_COMPARISONS: Mapping[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Is: operator.is_, ast.IsNot: operator.is_not, ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip
_CONSTANTS = (int, float, str, bool, type(None))
Changes = dict[tuple[int, str], tuple[dict[str, Any], str, Any, Any]]


class Frame:
    """A function call: its return values so far, and the block of the call."""

    def __init__(self, block: int, of: Class | None = None):
        self.block, self.of, self.returned, self.yields = block, of, list[Any](), False


class Interpreter(LibraryCalls):
    """Interpreter with the state after the statements so far: names, losses, and parts that are not understood."""

    def __init__(self, text: str, keras: bool):
        super().__init__(keras)
        self.lines = [line.encode() for line in text.split("\n")]  # bytes, since the AST counts columns in bytes
        self.scope = Scope()
        self.steps = MOST_STEPS
        self.block = self.blocks = self.calls = 0
        self.journal: list[list[tuple[dict[str, Any], str, Any]]] = []
        self.frames = [Frame(0)]

    # ---- source text

    def text(self, node: ast.AST) -> str:
        """Return the source of a node, shortened; takes constant time, however large the node is."""
        first_line, last_line = getattr(node, "lineno", 1) - 1, getattr(node, "end_lineno", 1)
        lines = self.lines[first_line : min(last_line, first_line + 12)]
        if not lines:
            return ""
        if len(lines) == last_line - first_line:
            lines[-1] = lines[-1][: node.end_col_offset]  # type: ignore[attr-defined]
        lines[0] = lines[0][node.col_offset :]  # type: ignore[attr-defined]
        return shorten(b"\n".join(line[:400] for line in lines).decode(errors="replace"))

    def part(self, node: ast.AST, why: Message | None = None) -> LayerDescription:
        """Return a refused part of the text."""
        return LayerDescription("", text=self.text(node), line=getattr(node, "lineno", 0), refused=why or message("model.not_understood"))

    def refuse(self, node: ast.AST, why: Message | None = None) -> None:
        """Refuse a part that may affect anything."""
        if len(self.refused) < 20:
            self.refused.append(self.part(node, why))

    def touch(self, values: Any, node: ast.AST, why: Message | None = None) -> None:
        """Mark the modules and tensors in `values` as affected by something unknown."""
        for value in model_values_in(values):
            self.doubt(value, self.part(node, why))

    def doubt(self, value: Any, part: LayerDescription) -> None:
        value = value.owner if isinstance(value, ModulePart | BoundMethod) else value
        if isinstance(value, Flow):
            self.set_chain(value, part)
        elif isinstance(value, Module):
            if len(value.doubts) < 8 and all((doubt.line, doubt.text) != (part.line, part.text) for doubt in value.doubts):  # a loop repeats them
                value.doubts.append(part)
        elif isinstance(value, Loss):
            value.refused = value.refused or part
        elif isinstance(value, Values):
            value.append(Doubt(part))

    def set_chain(self, flow: Flow, part: LayerDescription) -> None:
        """Change a tensor in place. Other tensors that share its memory become unknown."""
        for other in flow.store[:50]:
            if other is not flow:
                self.bind(other.__dict__, "chain", (other.chain, LayerDescription("", text=part.text, line=part.line, refused=message("model.in_place"))))
        self.bind(flow.__dict__, "chain", (flow.chain, part))

    # ---- names

    def step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise Problem("model.too_long_to_follow")

    def bind(self, values: dict[str, Any], name: str, value: Any) -> None:
        if self.journal:
            self.journal[-1].append((values, name, values.get(name, _MISSING)))
        values[name] = value

    def may_change(self, value: Any, node: ast.AST) -> bool:
        """Return whether a list or container is changed unconditionally; otherwise mark it as doubtful."""
        if value.block == self.block:
            return True
        self.doubt(value, self.part(node, message("model.conditional")))
        return False

    def join(self, values: list[Any], name: str, node: ast.AST) -> Any:
        """Return the value of a name after branches."""
        values = [value for value in values if value is not _MISSING]
        if not values:
            return _MISSING
        if all(_is_same(value, values[0]) for value in values):
            return values[0]
        if name == "chain" and all(value is None or (isinstance(value, tuple) and len(value) == 2) for value in values):
            return (values[0], self.part(node, message("model.conditional")))
        if any(True for value in values for _ in model_values_in(value)) or any(isinstance(value, Class | Function) for value in values):
            return Doubt(self.part(node, message("model.conditional")))
        return Unknown(name)

    def branch(self, run: Callable[[], str]) -> tuple[Changes, str]:
        """Follow statements that may or may not run, and revert their changes. Return the changes and the signal."""
        self.journal.append([])
        outer_block, self.blocks = self.block, self.blocks + 1
        self.block = self.blocks
        signal = run()
        self.block = outer_block
        changes: Changes = {}
        for values, name, old_value in self.journal.pop():
            changes.setdefault((id(values), name), (values, name, old_value, None))
        for key, (values, name, old_value, _) in changes.items():
            changes[key] = (values, name, old_value, values.get(name, _MISSING))
            if old_value is _MISSING:
                values.pop(name, None)
            else:
                values[name] = old_value
        return ({} if signal in ("return", "raise") else changes), signal

    def merge(self, branches: list[Changes], node: ast.AST) -> bool:
        """Apply the changes of branches. Return whether any result is doubtful."""
        doubtful = False
        for key in dict.fromkeys(key for changes in branches for key in changes):
            values, name, old_value, _ = next(changes[key] for changes in branches if key in changes)
            value = self.join([changes[key][3] if key in changes else old_value for changes in branches], name, node)
            if value is not _MISSING:
                self.bind(values, name, value)
            doubtful = doubtful or isinstance(value, Doubt) or name == "chain"
        return doubtful

    # ---- statements

    def run(self, statements: list[ast.stmt], scope: Scope) -> str:
        """Follow statements. Return "return", "break", "continue" or "raise" if they end that way, otherwise ""."""
        for statement in statements:
            self.step()
            method = getattr(self, f"_{type(statement).__name__.lower()}", None)
            signal = method(statement, scope) if method else self._other(statement, scope)
            if signal:
                return signal
        return ""

    def _other(self, node: ast.stmt, scope: Scope) -> str:
        self.refuse(node)
        return ""

    def _pass(self, node: ast.Pass, scope: Scope) -> str:
        return ""

    def _break(self, node: ast.Break, scope: Scope) -> str:
        return "break"

    def _continue(self, node: ast.Continue, scope: Scope) -> str:
        return "continue"

    def _raise(self, node: ast.Raise, scope: Scope) -> str:
        return "raise"

    def _global(self, node: ast.Global, scope: Scope) -> str:
        scope.outer_names |= {*node.names}
        return ""

    _nonlocal = _global

    def _assert(self, node: ast.Assert, scope: Scope) -> str:
        self.value(node.test, scope)
        return ""

    def _import(self, node: ast.Import, scope: Scope) -> str:
        for name in node.names:
            path = name.name if name.asname else name.name.partition(".")[0]
            self.bind(scope.values, name.asname or path, Library(path))
        return ""

    def _importfrom(self, node: ast.ImportFrom, scope: Scope) -> str:
        path = "." * node.level + (node.module or "")
        for name in node.names:
            if name.name == "*":
                self.import_star(path)
            elif path != "__future__":
                self.bind(scope.values, name.asname or name.name, Library(f"{path}.{name.name}"))
        return ""

    def _functiondef(self, node: ast.FunctionDef, scope: Scope) -> str:
        self.bind(scope.values, node.name, self.function(node, scope))
        return ""

    def _asyncfunctiondef(self, node: ast.AsyncFunctionDef, scope: Scope) -> str:
        self.bind(scope.values, node.name, Unknown(node.name))
        return ""

    def function(self, node: ast.FunctionDef | ast.Lambda, scope: Scope, of: Class | None = None) -> Any:
        """Return a function of the text, or a Doubt if an unknown decorator changes it."""
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults = {argument.arg: self.value(value, scope) for argument, value in zip(positional[::-1], arguments.defaults[::-1], strict=False)}
        defaults |= {argument.arg: self.value(value, scope) for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value is not None}
        result = Function(node, scope, defaults, of)
        for decorator in getattr(node, "decorator_list", []):
            if not self.keeps_result(self.value(decorator, scope)):
                return Doubt(self.part(decorator, message("model.decorator")))
        return result

    def _classdef(self, node: ast.ClassDef, scope: Scope) -> str:
        class_scope = Scope({}, scope)
        cls = Class(node, tuple(self.value(base, scope) for base in node.bases), class_scope.values)
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef):
                # methods do not see the class's names
                self.bind(class_scope.values, statement.name, self.function(statement, scope, cls))
            else:
                self.run([statement], class_scope)
        may_have_fields = not node.bases and "__post_init__" not in class_scope.values
        decorators = [decorator for decorator in node.decorator_list if not (may_have_fields and self._makes_fields(decorator, scope))]
        if len(decorators) < len(node.decorator_list):
            cls.fields = tuple(statement.target.id for statement in node.body if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name))
        is_plain = all(self.keeps_result(self.value(decorator, scope)) for decorator in decorators) and not node.keywords
        result = cls if is_plain else Doubt(self.part(node, message("model.decorator")))
        self.bind(scope.values, node.name, result)
        return ""

    def _makes_fields(self, decorator: ast.expr, scope: Scope) -> bool:
        value = self.value(decorator.func if isinstance(decorator, ast.Call) else decorator, scope)
        return isinstance(value, Library) and value.path in DATACLASS

    def _return(self, node: ast.Return, scope: Scope) -> str:
        frame = self.frames[-1]
        frame.returned.append(self.value(node.value, scope) if node.value else None)
        return "return"

    def _expr(self, node: ast.Expr, scope: Scope) -> str:
        self.value(node.value, scope)
        return ""

    def _assign(self, node: ast.Assign, scope: Scope) -> str:
        value = self.script_loss(node, scope) or self.value(node.value, scope)
        for target in node.targets:
            self.assign(target, value, scope)
        return ""

    def _annassign(self, node: ast.AnnAssign, scope: Scope) -> str:
        if node.value is not None:
            self.assign(node.target, self.value(node.value, scope), scope)
        return ""

    def _augassign(self, node: ast.AugAssign, scope: Scope) -> str:
        target = self.value(node.target, scope)
        value = self.value(node.value, scope)
        if isinstance(target, Values) and isinstance(node.op, ast.Add) and isinstance(value, list | tuple):
            if self.may_change(target, node):
                target += value
                self._check_size(target)
        elif isinstance(target, Flow):
            self.set_chain(target, self.part(node, message("model.two_paths") if [*model_values_in(value)] else None))
            self.touch(value, node)
        elif isinstance(target, Module | Doubt) and self.is_container(target) and isinstance(value, list | tuple | Sequence):
            self.method(target, "extend", [value], {}, node)
        else:
            self.assign(node.target, self.operation(node.op, target, value, node), scope)
        return ""

    def _delete(self, node: ast.Delete, scope: Scope) -> str:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.bind(scope.values, target.id, Unknown(target.id)) if target.id in scope.values else self.refuse(node)
            elif isinstance(target, ast.Subscript):
                owner, key = self.value(target.value, scope), self.value(target.slice, scope)
                if self.is_container(owner) and isinstance(key, int) and self.may_change(owner, node) and self.delete_item(owner, key):
                    continue
                if isinstance(owner, Values) and isinstance(key, int) and self.may_change(owner, node) and -len(owner) <= key < len(owner):
                    del owner[key]
                    continue
                self.touch(owner, node)
            else:
                self.touch(self.value(target.value, scope) if isinstance(target, ast.Attribute) else None, node)
        return ""

    def _if(self, node: ast.If, scope: Scope) -> str:
        condition = self.value(node.test, scope)
        truth = self.truth(condition)
        if truth is not None:
            return self.run(node.body if truth else node.orelse, scope)
        body_changes, body_signal = self.branch(lambda: self.run(node.body, scope))
        else_changes, else_signal = self.branch(lambda: self.run(node.orelse, scope))
        if condition in (Unknown("training"), Unknown("self.training")):
            else_changes = self._with_dropout(body_changes) | else_changes
        exit_kinds = ("return", "raise")
        self.merge([changes for changes, end in ((body_changes, body_signal), (else_changes, else_signal)) if end not in exit_kinds], node)
        if body_signal and else_signal:
            return body_signal if body_signal == else_signal else "return" if {body_signal, else_signal} <= {*exit_kinds} else ""
        return ""

    def _with_dropout(self, changes: Changes) -> Changes:
        """Return the changes that only apply dropout: a layer that does nothing in eval mode anyway."""
        applied: Changes = {}
        for key, (values, name, old_value, new_value) in changes.items():
            if not isinstance(old_value, Flow) or not isinstance(new_value, Flow) or new_value.chain is None:
                continue
            if new_value.chain[0] is old_value.chain and new_value.chain[1].name in DROPOUTS:
                layer = new_value.chain[1]
                arguments = {setting: value for setting, value in layer.named.items() if setting != "always"}
                new_value.chain = (old_value.chain, replace(layer, named=arguments))
                applied[key] = (values, name, old_value, new_value)
        return applied

    def _for(self, node: ast.For, scope: Scope) -> str:
        values = self.entries(self.value(node.iter, scope))
        if values is not None and len(values) <= MOST_ITERATIONS:
            for value in values:
                self.step()
                self.assign(node.target, value, scope)
                signal = self.run(node.body, scope)
                if signal == "break":
                    return ""
                if signal in ("return", "raise"):
                    return signal
            return self.run(node.orelse, scope)
        return self._follow_loop(node, scope, node.target)

    _asyncfor = _for

    def _while(self, node: ast.While, scope: Scope) -> str:
        if self.truth(self.value(node.test, scope)) is False:
            return self.run(node.orelse, scope)
        return self._follow_loop(node, scope, None)

    def _follow_loop(self, node: ast.For | ast.While, scope: Scope, target: ast.expr | None) -> str:
        """Follow a loop with an unknown number of iterations once, and again if the first iteration changes values
        that the next one reads."""

        def once() -> str:
            if target is not None:
                self.assign(target, Unknown(self.text(target)), scope)
            return self.run(node.body, scope)

        for _ in range(2):
            doubts = sum(len(module.doubts) for module in self.modules)
            changes, _ = self.branch(once)
            has_new_doubts = sum(len(module.doubts) for module in self.modules) > doubts
            if not self.merge([{}, changes], node) and not has_new_doubts:
                break
        return self.run(node.orelse, scope)

    def _with(self, node: ast.With, scope: Scope) -> str:
        for item in node.items:
            value = self.value(item.context_expr, scope)
            if self.in_forward and not self.keeps_result(value):
                self.refuse(item.context_expr)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, Unknown(self.text(item.optional_vars)), scope)
        return self.run(node.body, scope)

    _asyncwith = _with

    def _try(self, node: ast.Try, scope: Scope) -> str:
        signal = self.run(node.body, scope)
        for handler in node.handlers:
            changes, _ = self.branch(lambda handler=handler: self.run(handler.body, scope))  # type: ignore[misc]
            self.merge([{}, changes], handler)
        return signal or self.run(node.orelse, scope) or self.run(node.finalbody, scope)

    # ---- assignment

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Bind a target, possibly nested, to a value."""
        self.step()
        if isinstance(target, ast.Name):
            self._name_scope(target.id, scope).values.setdefault(target.id, _MISSING)
            values = self._name_scope(target.id, scope).values
            if values[target.id] is _MISSING:
                del values[target.id]
            self.bind(values, target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            entries = self.entries(value)
            for n, element in enumerate(target.elts):
                entry = entries[n] if entries is not None and len(entries) == len(target.elts) else Unknown(self.text(element))
                if entries is None and isinstance(value, Flow | Doubt):
                    entry = self.after_layer(value, self.part(element)) if isinstance(value, Flow) else value
                self.assign(element.value if isinstance(element, ast.Starred) else element, entry, scope)
        elif isinstance(target, ast.Attribute):
            self.set_attribute(self.value(target.value, scope), target.attr, value, target)
        elif isinstance(target, ast.Subscript):
            owner, key = self.value(target.value, scope), self.value(target.slice, scope)
            if self.is_container(owner) and isinstance(key, int | str) and self.may_change(owner, target) and self.set_item(owner, key, value):
                return
            if isinstance(owner, Values) and isinstance(key, int) and -len(owner) <= key < len(owner) and self.may_change(owner, target):
                owner[key] = value
            elif isinstance(owner, dict) and isinstance(key, int | str):
                self.bind(owner, key, value)  # type: ignore[arg-type]  # a key may be a number
            # assigning to a weight's numbers is harmless: training changes them anyway
            elif not isinstance(owner, ModulePart):
                self.touch((owner, value) if not isinstance(owner, Unknown) else value if not isinstance(value, Flow) else (), target)
                if isinstance(owner, Library) and owner.path == "sys.modules":
                    self.refuse(target)

    def _name_scope(self, name: str, scope: Scope) -> Scope:
        if name in scope.outer_names:
            outer_scope = scope.around
            while outer_scope is not None and outer_scope.around is not None and name not in outer_scope.values:
                outer_scope = outer_scope.around
            return outer_scope or scope
        return scope

    # ---- expressions

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """Return the value of an expression."""
        self.step()
        if isinstance(node, ast.Constant):
            large = isinstance(node.value, int) and abs(node.value) > LARGEST
            return node.value if isinstance(node.value, _CONSTANTS) and not large else Unknown(self.text(node))
        if isinstance(node, ast.Name):
            is_defined, value = scope.find(node.id)
            return value if is_defined else self.undefined_name(node.id)
        method = getattr(self, f"_{type(node).__name__.lower()}_value", None)
        if method is not None:
            return method(node, scope)
        parts = [self.value(child, scope) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        if [*model_values_in(parts)]:
            return Doubt(self.part(node))
        return Unknown(self.text(node))

    def _tuple_value(self, node: ast.Tuple, scope: Scope) -> Any:
        return tuple(self.elements(node.elts, scope))

    def _list_value(self, node: ast.List, scope: Scope) -> Any:
        return Values(self.elements(node.elts, scope), self.block)

    def elements(self, nodes: list[ast.expr], scope: Scope) -> list[Any]:
        """Return the values of expressions, with starred ones expanded."""
        values: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                value = self.value(node.value, scope)
                entries = self.entries(value)
                values += entries if entries is not None else [Doubt(self.part(node)) if [*model_values_in(value)] else Unknown(self.text(node))]
            else:
                values.append(self.value(node, scope))
            self._check_size(values)
        return values

    def _check_size(self, values: list[Any]) -> None:
        if len(values) > MOST_VALUES:
            raise Problem("model.too_long_to_follow")

    def _dict_value(self, node: ast.Dict, scope: Scope) -> Any:
        entries: dict[Any, Any] = {}
        for key, value_node in zip(node.keys, node.values, strict=True):
            name, value = self.value(key, scope) if key is not None else None, self.value(value_node, scope)
            if key is None and isinstance(value, dict):
                entries |= value
            else:
                entries[name if isinstance(name, int | str | bool) else Unknown(self.text(key or value_node))] = value
        return entries

    def _attribute_value(self, node: ast.Attribute, scope: Scope) -> Any:
        return self.attribute(self.value(node.value, scope), node.attr, node)

    def _namedexpr_value(self, node: ast.NamedExpr, scope: Scope) -> Any:
        value = self.value(node.value, scope)
        self.assign(node.target, value, scope)
        return value

    def _ifexp_value(self, node: ast.IfExp, scope: Scope) -> Any:
        truth = self.truth(self.value(node.test, scope))
        if truth is not None:
            return self.value(node.body if truth else node.orelse, scope)
        return self._either(node, [node.body, node.orelse], scope)

    def _boolop_value(self, node: ast.BoolOp, scope: Scope) -> Any:
        for n, operand in enumerate(node.values):
            value = self.value(operand, scope)
            truth = self.truth(value)
            if truth is None:
                other_result = self._either(node, node.values[n + 1 :], scope) if n + 1 < len(node.values) else value
                return self.join([value, other_result], self.text(node), node)
            if truth is isinstance(node.op, ast.Or) or n == len(node.values) - 1:
                return value
        return None

    def _either(self, node: ast.expr, nodes: list[ast.expr], scope: Scope) -> Any:
        """Return the value of one of several expressions, all of which are followed."""
        values: list[Any] = []

        def follow(inner: ast.expr) -> str:
            values.append(self.value(inner, scope))
            return ""

        branches = [self.branch(lambda inner=inner: follow(inner))[0] for inner in nodes]  # type: ignore[misc]
        self.merge(branches, node)
        return self.join(values, self.text(node), node)

    def _unaryop_value(self, node: ast.UnaryOp, scope: Scope) -> Any:
        value = self.value(node.operand, scope)
        if isinstance(node.op, ast.Not):
            truth = self.truth(value)
            return Unknown(self.text(node)) if truth is None else not truth
        if isinstance(value, int | float) and isinstance(node.op, ast.USub | ast.UAdd):
            return -value if isinstance(node.op, ast.USub) else value
        return self.unknown_result([value], node)

    def _binop_value(self, node: ast.BinOp, scope: Scope) -> Any:
        return self.operation(node.op, self.value(node.left, scope), self.value(node.right, scope), node)

    def operation(self, op: ast.operator, left: Any, right: Any, node: ast.AST) -> Any:
        """Return the value of an operation on two values."""
        if isinstance(op, ast.Mult) and {type(left), type(right)} <= {Dim, int} and not (isinstance(left, int) and isinstance(right, int)):
            return _product(left, right) or Unknown(self.text(node))
        if isinstance(left, bool | int | float) and isinstance(right, bool | int | float):
            if isinstance(op, ast.Pow) and isinstance(left, int) and 0 <= right <= 30 and abs(left) <= 16:
                return left**right
            if type(op) in _OPERATIONS and (right or isinstance(op, ast.Add | ast.Sub | ast.Mult)):
                value = _OPERATIONS[type(op)](left, right)
                return value if abs(value) <= LARGEST else Unknown(self.text(node))
        if isinstance(left, str) and isinstance(right, str) and isinstance(op, ast.Add) and len(left) + len(right) < 1000:
            return left + right
        if isinstance(op, ast.Add) and isinstance(left, list | tuple) and isinstance(right, list | tuple):
            joined = [*left, *right]
            self._check_size(joined)
            return Values(joined, self.block) if isinstance(left, list) else tuple(joined)
        if isinstance(op, ast.Mult) and isinstance(left, list | tuple) and isinstance(right, int):
            if len(left) * right > MOST_VALUES:
                raise Problem("model.too_long_to_follow")
            return Values([*left] * right, self.block) if isinstance(left, list) else tuple([*left] * right)
        return self.unknown_result([left, right], node)

    def unknown_result(self, values: list[Any], node: ast.AST) -> Any:
        """Return the result of an operation that corresponds to no layer."""
        flows = [value for value in values if isinstance(value, Flow)]
        if len(flows) > 1:
            return self.after_layer(flows[0], self.part(node, message("model.two_paths")))
        if flows:
            doubts = [value for value in values if isinstance(value, Doubt | Module)]
            return self.after_layer(flows[0], doubts[0].part if doubts and isinstance(doubts[0], Doubt) else self.part(node))
        losses = [value for value in values if isinstance(value, Loss)]
        if losses:
            part = losses[0].refused or self.part(node, message("model.loss_changed"))
            changed_loss = Loss(losses[0].name, losses[0].flow, losses[0].from_logits, part)
            self.losses.append((changed_loss, getattr(node, "lineno", 0)))
            return changed_loss
        model_values = [*model_values_in(values)]
        if model_values:
            return model_values[0] if isinstance(model_values[0], Doubt | ModulePart) else Doubt(self.part(node))
        return Unknown(self.text(node))

    def _compare_value(self, node: ast.Compare, scope: Scope) -> Any:
        values = [self.value(node.left, scope), *(self.value(comparator, scope) for comparator in node.comparators)]
        if len(values) == 2 and type(node.ops[0]) in _COMPARISONS:
            left, right = values
            if isinstance(node.ops[0], ast.Is | ast.IsNot) and (left is None or right is None):
                operand = right if left is None else left
                return Unknown(self.text(node)) if isinstance(operand, Unknown | Doubt) else (operand is None) == isinstance(node.ops[0], ast.Is)
            if _is_constant(left) and _is_constant(right):
                try:
                    return _COMPARISONS[type(node.ops[0])](left, right)
                except TypeError:
                    return Unknown(self.text(node))
        return Unknown(self.text(node))

    def _subscript_value(self, node: ast.Subscript, scope: Scope) -> Any:
        owner = self.value(node.value, scope)
        key = self._slice(node.slice, scope) if isinstance(node.slice, ast.Slice) else self.value(node.slice, scope)
        return self.item(owner, key, node)

    def _slice(self, node: ast.Slice, scope: Scope) -> Any:
        ends = [self.value(end, scope) if end is not None else None for end in (node.lower, node.upper, node.step)]
        return slice(*ends) if all(end is None or (isinstance(end, int) and not isinstance(end, bool)) for end in ends) else Unknown(self.text(node))

    def _lambda_value(self, node: ast.Lambda, scope: Scope) -> Any:
        return self.function(node, scope)

    def _joinedstr_value(self, node: ast.JoinedStr, scope: Scope) -> Any:
        pieces = []
        for piece in node.values:
            value = piece.value if isinstance(piece, ast.Constant) else self.value(piece.value, scope) if isinstance(piece, ast.FormattedValue) else None
            if not isinstance(value, int | str) or (isinstance(piece, ast.FormattedValue) and piece.format_spec):
                return Unknown(self.text(node))
            pieces.append(str(value))
        return "".join(pieces)[:1000]

    def _listcomp_value(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> Any:
        elements = Values([], self.block)
        is_complete = self._comprehend(node.generators, node.elt, Scope({}, scope), elements)
        if is_complete:
            return elements
        return Doubt(self.part(node)) if [*model_values_in(elements)] else Unknown(self.text(node))

    _generatorexp_value = _listcomp_value

    def _comprehend(self, generators: list[ast.comprehension], element: ast.expr, scope: Scope, elements: Values) -> bool:
        """Collect the elements. Return whether every iteration is known."""
        if not generators:
            elements.append(self.value(element, scope))
            self._check_size(elements)
            return True
        first_generator, is_complete = generators[0], True
        values = self.entries(self.value(first_generator.iter, scope))
        for value in values if values is not None else [Unknown(self.text(first_generator.target))]:
            self.assign(first_generator.target, value, scope)
            tests = [self.truth(self.value(test, scope)) for test in first_generator.ifs]
            is_complete = is_complete and None not in tests
            if False not in tests:
                is_complete = self._comprehend(generators[1:], element, scope, elements) and is_complete
        return is_complete and values is not None

    def _yield_value(self, node: ast.Yield, scope: Scope) -> Any:
        self.frames[-1].yields = True
        if node.value is not None:
            self.value(node.value, scope)
        return Unknown(self.text(node))

    def _starred_value(self, node: ast.Starred, scope: Scope) -> Any:
        return self.value(node.value, scope)

    def _call_value(self, node: ast.Call, scope: Scope) -> Any:
        callee = self.value(node.func, scope)
        if isinstance(callee, Library) and callee.path == "super":
            return self._super(node, scope)
        arguments = self.elements(node.args, scope)
        keywords: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value, scope)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            elif isinstance(value, dict) and all(isinstance(key, str) for key in value):
                keywords |= value
            else:
                keywords["**"] = Unknown(self.text(keyword.value))
        return self.call(callee, arguments, keywords, node)

    def _super(self, node: ast.Call, scope: Scope) -> Any:
        outer_scope: Scope | None = scope
        while outer_scope is not None and "self" not in outer_scope.values:
            outer_scope = outer_scope.around
        instance = outer_scope.values.get("self") if outer_scope else None
        cls = next((frame.of for frame in reversed(self.frames) if frame.of is not None), None)
        return Super(instance, cls) if isinstance(instance, Instance) and isinstance(cls, Class) else Unknown(self.text(node))

    # ---- calls

    def call(self, called: Any, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        """Return the value of a call."""
        if isinstance(called, BoundMethod) and called.function is not None:
            return self.call_function(called.function, [called.owner, *arguments], keywords, node)
        if isinstance(called, BoundMethod):
            return self.method(called.owner, called.name, arguments, keywords, node)
        if isinstance(called, Function):
            return self.call_function(called, arguments, keywords, node)
        if isinstance(called, Class):
            return self.instance(called, arguments, keywords, node)
        if isinstance(called, Partial):
            return self.call(called.callee, [*called.arguments, *arguments], {**called.named, **keywords}, node)
        if isinstance(called, Library):
            return self.library_call(called, arguments, keywords, node)
        if isinstance(called, Module | Doubt):
            return self.apply(called, arguments, keywords, node)
        if isinstance(called, ModulePart):
            return called
        values = [*arguments, *keywords.values()]
        # such as trainer.fit(model), or keras.metrics.Mean() of a loss
        if isinstance(called, Unknown) and (called.text.rpartition(".")[2] in HARMLESS or METRIC.match(called.text)):
            return Unknown(self.text(node))
        if isinstance(called, Unknown) and self.in_unused and called.text.endswith(".compile"):  # model.compile(…) of an argument
            self.compile(called, keywords.get("loss"), keywords, node)
        self.touch(values, node)
        return self.unknown_result(values, node)

    def call_function(self, function: Function, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        """Return the value of a call of the text's function."""
        if self.calls >= MOST_CALLS:
            values = [*arguments, *keywords.values()]
            self.touch(values, node)
            return self.unknown_result(values, node)
        signature = function.node.args
        positional = [argument.arg for argument in (*signature.posonlyargs, *signature.args)]
        names = {*positional, *(argument.arg for argument in signature.kwonlyargs)}
        scope = Scope({name: Unknown(name) for name in names}, function.scope)
        scope.values |= function.defaults
        scope.values |= dict(zip(positional, arguments, strict=False)) | {name: value for name, value in keywords.items() if name in names}
        if signature.vararg:
            scope.values[signature.vararg.arg] = tuple(arguments[len(positional) :])
        if signature.kwarg:
            scope.values[signature.kwarg.arg] = {name: value for name, value in keywords.items() if name not in names}
        if isinstance(function.node, ast.Lambda):
            self.calls += 1
            value = self.value(function.node.body, scope)
            self.calls -= 1
            return value
        frame = Frame(self.block, function.of)
        self.frames.append(frame)
        self.calls += 1
        signal = self.run(function.node.body, scope)
        self.calls -= 1
        self.frames.pop()
        if frame.yields:
            return Doubt(self.part(node)) if [*model_values_in([arguments, frame.returned])] else Unknown(self.text(node))
        if not signal and frame.returned:
            frame.returned.append(None)
        return self.join(frame.returned, self.text(node), node) if frame.returned else None

    def instance(self, cls: Class, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        """Return an object of the text's class after its __init__."""
        script_module = self.script_class(cls, arguments, keywords, node)
        if script_module is not None:
            return script_module
        obj = Instance(LayerDescription(cls.node.name, text=self.text(node), line=getattr(node, "lineno", 0)), self.block, cls=cls)
        if self.is_sequential(cls):
            obj.children = Sequence(obj.layer, self.block)
        self.modules.append(obj)
        initializer = cls.lookup("__init__")
        if cls.fields is not None and initializer is None:
            field_values = dict(zip(cls.fields, arguments, strict=False)) | keywords
            for name in cls.fields:
                if name in field_values or name not in cls.attributes:
                    self.bind(obj.items, name, field_values.get(name, Unknown(name)))
        elif isinstance(initializer, Function):
            self.call_function(initializer, [obj, *arguments], keywords, node)
        elif initializer is not None:
            self.doubt(obj, self.part(node))
        elif obj.children is not None:
            self.fill(obj.children, arguments, keywords, node)
        return obj

    # ---- knowledge about values

    def truth(self, value: Any) -> bool | None:
        """Return whether a value is true, or None if that is known only at run time."""
        if isinstance(value, _CONSTANTS):
            return bool(value)
        if isinstance(value, list | tuple | dict) and not any(isinstance(entry, Doubt) for entry in value):
            return bool(value)
        return True if isinstance(value, Instance | Function | Class) else None

    def entries(self, value: Any) -> list[Any] | None:
        """Return the entries of an iterable, or None if they are known only at run time."""
        if isinstance(value, list | tuple):
            return [*value]
        if isinstance(value, range):
            return [*value] if len(value) <= MOST_VALUES else None
        if isinstance(value, dict):
            return [*value]
        if isinstance(value, str) and len(value) < 1000:
            return [*value]
        if isinstance(value, Shape) and value.start == 1:
            return [Dim((1, 2, 3), value.chain)]  # their product is the product of all sizes after the first
        if self.is_container(value):
            return [*self.items(value).values(), *(Doubt(part) for part in value.doubts)]
        return None


def _product(left: Any, right: Any) -> Dim | None:
    """Return the product of a size and a number, or of two sizes of one tensor; None if it is neither."""
    if isinstance(left, int):
        left, right = right, left
    if isinstance(right, int):
        return left if right == 1 else None
    return Dim(tuple(sorted((*left.axes, *right.axes))), left.chain) if left.chain is right.chain and not {*left.axes} & {*right.axes} else None


def _is_same(left: Any, right: Any) -> bool:
    if left is right:
        return True
    return type(left) is type(right) and isinstance(left, (*_CONSTANTS, Unknown, Library)) and left == right


def _is_constant(value: Any, depth: int = 2) -> bool:
    return isinstance(value, _CONSTANTS) or (depth > 0 and isinstance(value, tuple | list) and len(value) < 100 and all(_is_constant(item, depth - 1) for item in value))
