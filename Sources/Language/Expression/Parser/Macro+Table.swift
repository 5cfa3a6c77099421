extension Macro {
    /// All macros, in the order of the reference page.
    package static let all: [Macro] = [
        Macro(
            name: "has",
            summary:
                "Whether a variable or a member is there, or a map has a key. Of a list: whether it has the index.",
            examples: ["has({\"a\": 1}.a)", "!has({\"a\": 1}.b)", "has({\"x-id\": \"7\"}[\"x-id\"])"],
            meaning: .presence,
            shapes: [Shape(variables: 0, roles: [.member])]
        ),
        Macro(
            name: "cel.bind",
            summary: "The value of the body, in which the variable stands for the value.",
            examples: ["cel.bind(x, 2 + 3, x * x) == 25"],
            meaning: .binding,
            shapes: [Shape(variables: 1, roles: [.value, .body])]
        ),
        Macro(
            name: "all",
            summary: """
                Whether the predicate holds for every element of a list or every key of a map; true where there is none. \
                With two variables: for every index and element, or every key and value.
                """,
            examples: ["[1, 2, 3].all(x, x > 0)", "{\"a\": 1}.all(k, v, k == \"a\" && v == 1)", "[].all(x, false)"],
            meaning: .comprehension(.all),
            shapes: Self.tests
        ),
        Macro(
            name: "exists",
            summary: "Whether the predicate holds for some element or key; false where there is none.",
            examples: ["[1, 2, 3].exists(x, x > 2)", "[7, 8].exists(k, v, k == 1 && v == 8)", "![].exists(x, true)"],
            meaning: .comprehension(.exists),
            shapes: Self.tests
        ),
        Macro(
            name: "exists_one",
            summary: "Whether the predicate holds for exactly one element or key.",
            examples: ["[1, 2, 3].exists_one(x, x > 2)", "![1, 2, 3].exists_one(x, x > 1)"],
            meaning: .comprehension(.existsOne),
            shapes: Self.tests
        ),
        Macro(
            name: "existsOne",
            summary: "The same as `exists_one`.",
            examples: ["[5, 7].existsOne(k, v, v - k == 5)"],
            meaning: .comprehension(.existsOne),
            shapes: Self.tests
        ),
        Macro(
            name: "filter",
            summary: "The list of the elements, of a map: of the keys, for which the predicate holds.",
            examples: [
                "[1, 2, 3].filter(x, x % 2 == 1) == [1, 3]", "{\"a\": 1, \"b\": 2}.filter(x, x != \"a\") == [\"b\"]",
            ],
            meaning: .comprehension(.filter),
            shapes: [Shape(variables: 1, roles: [.predicate])]
        ),
        Macro(
            name: "map",
            summary: "The list of what is made of each element or key, of those for which the predicate holds.",
            examples: ["[1, 2, 3].map(x, x * x) == [1, 4, 9]", "[1, 2, 3].map(x, x > 1, x * x) == [4, 9]"],
            meaning: .comprehension(.map),
            shapes: [Shape(variables: 1, roles: [.transform]), Shape(variables: 1, roles: [.predicate, .transform])]
        ),
        Macro(
            name: "transformList",
            summary: "The list of what is made of each index and element, or each key and value.",
            examples: ["[2, 4].transformList(k, v, k + v) == [2, 5]", "[2, 4].transformList(k, v, k > 0, v) == [4]"],
            meaning: .comprehension(.map),
            shapes: Self.transforms(.transform)
        ),
        Macro(
            name: "transformMap",
            summary: "The map of what is made of each index and element, or each key and value, under the same key.",
            examples: [
                "{\"a\": 1}.transformMap(k, v, v + 1) == {\"a\": 2}", "[5, 6].transformMap(k, v, k > 0, v) == {1: 6}",
            ],
            meaning: .comprehension(.transformMap),
            shapes: Self.transforms(.transform)
        ),
        Macro(
            name: "transformMapEntry",
            summary: "The map of the entries that are made; each time it is a map with one. No key may come twice.",
            examples: ["{\"a\": \"b\"}.transformMapEntry(k, v, {v: k}) == {\"b\": \"a\"}"],
            meaning: .comprehension(.transformMapEntry),
            shapes: Self.transforms(.entry)
        ),
        Macro(
            name: "sortBy",
            summary: "The elements in the ascending order of what the key is for each; equal ones stay as they were.",
            examples: ["[\"ccc\", \"a\", \"bb\"].sortBy(x, x.size()) == [\"a\", \"bb\", \"ccc\"]"],
            meaning: .comprehension(.sortBy),
            shapes: [Shape(variables: 1, roles: [.key])]
        ),
        Macro(
            name: "optMap",
            summary: "An optional of what is made of an optional's value; none of none.",
            examples: [
                "optional.of(2).optMap(x, x + 1).value() == 3",
                "!optional.none().optMap(x, x + 1).hasValue()",
            ],
            meaning: .optionalMap(isFlat: false),
            shapes: [Shape(variables: 1, roles: [.transform])]
        ),
        Macro(
            name: "optFlatMap",
            summary: "The optional that is made of an optional's value; none of none.",
            examples: ["optional.of({\"a\": 1}).optFlatMap(x, x.?a).value() == 1"],
            meaning: .optionalMap(isFlat: true),
            shapes: [Shape(variables: 1, roles: [.transform])]
        ),
    ]

    private static let tests = [Shape(variables: 1, roles: [.predicate]), Shape(variables: 2, roles: [.predicate])]

    private static func transforms(_ role: Role) -> [Shape] {
        [Shape(variables: 2, roles: [role]), Shape(variables: 2, roles: [.predicate, role])]
    }

    static let functions = Self.byName(Self.all.filter { !$0.isMethod })
    static let methods = Self.byName(Self.all.filter(\.isMethod))

    private static func byName(_ macros: [Macro]) -> [String: Macro] {
        Dictionary(macros.map { ($0.name, $0) }) { first, _ in first }
    }
}
