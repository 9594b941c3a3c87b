# What jq has and the library leaves out or has otherwise.
def debug: .;
def debug(message): .;
def stderr: .;
def totype(p; e): if p then . else fromjson | if p then . else e end end;
def tonumber : totype(isnumber ; error("cannot be read as a number"));
def toboolean: totype(isboolean; error("cannot be read as true or false"));
def toarray: if isarray then . else [.] end;
def transpose: [range([.[] | length] | max // 0) as $i | [.[][$i]]];
def in(xs)    : . as $x | xs | has     ($x);
def inside(xs): . as $x | xs | contains($x);
def  index($i): indices($i)[ 0];
def rindex($i): indices($i)[-1];
def leaf_paths: paths(scalars);
def IN(s): any(s == .; .);
def IN(src; s): any(src == s; .);
def INDEX(stream; f): reduce stream as $row ({}; . + {($row | f | tostring): $row});
def INDEX(f): INDEX(.[]; f);
def ascii: [.] | implode;
def join($s): reduce .[] as $x (null;
  (if . == null then "" else . + $s end) + ($x | if . == null then "" elif isstring then . else tojson end)) // "";
def entry_key: if .key == null then .k // .name // .Name // .Key else .key end
  | if isstring then . elif . == null then "null" else tojson end;
def entry_value: if has("value") then .value elif has("v") then .v else .Value end;
def from_entries: reduce .[] as $x ({}; . + {($x | entry_key): ($x | entry_value)});
def with_entries(f): to_entries | map(f) | from_entries;
def @json: tojson;
def @csv: map(if isstring then "\"" + (split("\"") | join("\"\"")) + "\"" elif . == null then "" else tojson end) | join(",");
def @tsv: map(if isstring then (split("\\") | join("\\\\") | split("\t") | join("\\t") | split("\n") | join("\\n")
  | split("\r") | join("\\r")) elif . == null then "" else tojson end) | join("\t");
