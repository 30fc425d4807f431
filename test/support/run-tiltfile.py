"""Runs a Tiltfile with Tilt's functions recorded: what it may say is what Starlark and Tilt know, and nothing else.

Reads {"text", "settings", "context", "files", "objects"} from stdin as JSON: --on and the like, kubectl's context, the
files that are there, and what the chart makes. Writes {"calls": [{"name", "arguments"}]} or {"refused": "..."}.
"""
import ast
import io
import json
import sys
import tokenize

# As in Tilt's API reference, in the order of its parameters; those after the bar may be left out.
SIGNATURES = {
    'allow_k8s_contexts': 'contexts |',
    'ci_settings': '| k8s_grace_period timeout readiness_timeout',
    'config.define_string': 'name | args usage',
    'custom_build': 'ref command deps | tag disable_push skips_local_docker live_update match_in_env_vars ignore '
    'entrypoint command_bat_val outputs_image_ref_to command_bat image_deps env dir',
    'dc_resource': 'name | trigger_mode resource_deps links labels auto_init project_name new_name infer_links',
    'default_registry': 'host | host_from_cluster single_name',
    'docker_build': 'ref context | build_args dockerfile dockerfile_contents live_update match_in_env_vars ignore only '
    'entrypoint target ssh network secret extra_tag container_args cache_from pull platform extra_hosts',
    'docker_compose': 'configPaths | env_file project_name profiles wait',
    'helm': 'pathToChartDir | name namespace values set kube_version skip_crds',
    'k8s_resource': '| workload new_name port_forwards extra_pod_selectors trigger_mode resource_deps objects auto_init '
    'pod_readiness links labels discovery_strategy',
    'k8s_yaml': 'yaml | allow_duplicates',
    'link': 'url | name',
    'local_resource': 'name | cmd deps trigger_mode resource_deps ignore auto_init serve_cmd cmd_bat serve_cmd_bat '
    'allow_parallel links labels env serve_env readiness_probe dir serve_dir',
    'os.putenv': 'key value |',
    'port_forward': 'local_port | container_port name link_path host',
    'restart_container': '|',
    'run': 'cmd | trigger echo_off',
    'sync': 'local_path remote_path |',
    'update_settings': '| max_parallel_updates k8s_upsert_timeout_secs suppress_unused_image_warnings '
    'k8s_server_side_apply',
    'version_settings': '| check_updates constraint',
}
# These give what they were told to whoever called them.
PARTS = ['link', 'port_forward', 'restart_container', 'run', 'sync']
STARLARK_NODES = (
    'Module FunctionDef arguments arg Return Assign AugAssign For If Expr Pass Break Continue BoolOp And Or BinOp Add '
    'Sub Mult Div FloorDiv Mod UnaryOp Not USub UAdd Lambda IfExp Dict List Tuple ListComp DictComp comprehension '
    'Compare Eq NotEq Lt LtE Gt GtE In NotIn Call keyword Starred Attribute Subscript Slice Name Load Store Constant'
).split()
STARLARK_FUNCTIONS = 'len range sorted str int bool list dict tuple enumerate zip reversed min max any all repr'.split()
STARLARK_METHODS = (
    'count endswith find format index join lower lstrip partition removeprefix removesuffix replace rfind rindex '
    'rpartition rsplit rstrip split splitlines startswith strip title upper append clear extend insert pop remove get '
    'items keys popitem setdefault update values'
).split()


class Refused(Exception):
    pass


def refuse(node, why):
    raise Refused('line %d: %s' % (getattr(node, 'lineno', 0), why))


def check_starlark(text, modules):
    """Starlark is a part of Python: refuses what only Python has."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        kind = type(node).__name__
        if kind not in STARLARK_NODES:
            refuse(node, 'Starlark has no %s' % kind)
        if isinstance(node, ast.FunctionDef) and (node.decorator_list or node.returns):
            refuse(node, 'Starlark has no decorators and no types')
        if isinstance(node, ast.arg) and node.annotation:
            refuse(node, 'Starlark has no types')
        if isinstance(node, ast.For) and node.orelse:
            refuse(node, 'Starlark has no else of a loop')
        if isinstance(node, ast.Compare) and len(node.ops) > 1:
            refuse(node, 'Starlark has no chains of comparisons')
        if isinstance(node, ast.Constant) and not isinstance(node.value, (str, int, bool, type(None))):
            refuse(node, 'Starlark has no such constant')
        if isinstance(node, ast.Attribute):
            of_module = dotted(node) in modules or any(name.startswith(dotted(node) + '.') for name in modules)
            if not of_module and node.attr not in STARLARK_METHODS:
                refuse(node, 'neither Starlark nor Tilt has .%s' % node.attr)
    # Python joins these in silence.
    before = None
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.STRING and before == tokenize.STRING:
            raise Refused('line %d: Starlark joins texts with + only' % token.start[0])
        if token.type not in (tokenize.NL, tokenize.COMMENT):
            before = token.type
    return tree


def dotted(node):
    if isinstance(node, ast.Attribute):
        return '%s.%s' % (dotted(node.value), node.attr)
    return node.id if isinstance(node, ast.Name) else '?'


def recorder(name, signature, calls):
    needed, free = [part.split() for part in signature.split('|')]
    names = needed + free

    def record(*given, **named):
        if len(given) > len(names):
            raise Refused('%s takes %d arguments' % (name, len(names)))
        arguments = dict(zip(names, given))
        for key in named:
            if key not in names:
                raise Refused('%s has no parameter "%s"' % (name, key))
            if key in arguments:
                raise Refused('%s is told "%s" twice' % (name, key))
        arguments.update(named)
        for key in needed:
            if key not in arguments:
                raise Refused('%s needs "%s"' % (name, key))
        call = {'name': name, 'arguments': arguments}
        if name in PARTS:
            return call
        calls.append(call)

    return record


class Module:
    pass


def run(given):
    calls = []
    known = {name: recorder(name, signature, calls) for name, signature in SIGNATURES.items()}

    def fail(msg):
        raise Refused(msg)

    def helm(*args, **named):
        known['helm'](*args, **named)
        return 'the chart'

    def parse():
        defined = [call['arguments']['name'] for call in calls if call['name'] == 'config.define_string']
        for name in given['settings']:
            if name not in defined:
                raise Refused('unknown flag: --%s' % name)
        return dict(given['settings'])

    functions = dict(
        known,
        fail=fail,
        helm=helm,
        k8s_context=lambda: given['context'],
        decode_yaml_stream=lambda yaml: json.loads(json.dumps(given['objects'])),
        encode_yaml_stream=lambda objs: objs,
    )
    functions['config.parse'] = parse
    functions['os.getenv'] = lambda key, default=None: default
    functions['os.path.exists'] = lambda path: path in given['files']
    functions['shlex.quote'] = lambda s: "'%s'" % s if ' ' in s else s

    tree = check_starlark(given['text'], [name for name in functions if '.' in name])
    builtins = vars(__import__('builtins'))
    scope = {'__builtins__': {name: builtins[name] for name in STARLARK_FUNCTIONS}}
    scope.update(TRIGGER_MODE_AUTO='auto', TRIGGER_MODE_MANUAL='manual')
    for name, function in functions.items():
        *path, last = name.split('.')
        if not path:
            scope[name] = function
            continue
        module = scope.setdefault(path[0], Module())
        for part in path[1:]:
            module.__dict__.setdefault(part, Module())
            module = module.__dict__[part]
        setattr(module, last, function)
    exec(compile(tree, 'Tiltfile', 'exec'), scope)
    return calls


try:
    answer = {'calls': run(json.load(sys.stdin))}
except Exception as error:
    answer = {'refused': '%s: %s' % (type(error).__name__, error)}
json.dump(answer, sys.stdout)
