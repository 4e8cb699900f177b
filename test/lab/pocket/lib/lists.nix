rec {
  inherit (builtins)
    all
    any
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    groupBy
    head
    isList
    length
    map
    partition
    sort
    tail
    ;

  singleton = x: [ x ];
  toList = x: if isList x then x else [ x ];
  optional = condition: x: if condition then [ x ] else [ ];
  optionals = condition: list: if condition then list else [ ];
  forEach = list: f: map f list;
  last = list: elemAt list (length list - 1);
  init = list: take (length list - 1) list;
  take = count: list: genList (elemAt list) (if count < length list then count else length list);
  drop =
    count: list:
    if count >= length list then [ ] else genList (n: elemAt list (n + count)) (length list - count);
  sublist = start: count: list: take count (drop start list);
  reverseList = list: genList (n: elemAt list (length list - n - 1)) (length list);
  range = first: past: if first > past then [ ] else genList (n: first + n) (past - first + 1);
  replicate = n: x: genList (_: x) n;
  imap0 = f: list: genList (n: f n (elemAt list n)) (length list);
  imap1 = f: list: genList (n: f (n + 1) (elemAt list n)) (length list);
  foldl = foldl';
  foldr =
    f: start: list:
    if list == [ ] then start else f (head list) (foldr f start (tail list));
  fold = foldr;
  flatten = x: if isList x then concatMap flatten x else [ x ];
  unique = foldl' (seen: x: if elem x seen then seen else seen ++ [ x ]) [ ];
  allUnique = list: length (unique list) == length list;
  remove = x: filter (y: x != y);
  subtractLists = gone: filter (x: !(elem x gone));
  intersectLists = other: filter (x: elem x other);
  mutuallyExclusive = a: b: intersectLists a b == [ ];
  count = predicate: list: length (filter predicate list);
  findFirst =
    predicate: default: list:
    let
      found = filter predicate list;
    in
    if found == [ ] then default else head found;
  zipListsWith =
    f: a: b:
    genList (n: f (elemAt a n) (elemAt b n)) (if length a < length b then length a else length b);
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
  sortOn = f: sort (a: b: f a < f b);
  naturalSort = sort (a: b: builtins.compareVersions a b < 0);
}
