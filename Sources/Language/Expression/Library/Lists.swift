extension StandardLibrary {
    private static let element = ExpressionType.parameter("T")
    private static let list = ExpressionType.list(element)

    /// The lists extension. `sortBy` and the comprehensions are macros.
    static let lists: [FunctionDeclaration] = [
        FunctionDeclaration(
            "join",
            summary: "The strings of a list behind each other, with a separator between them or without.",
            examples: ["['a', 'b'].join('-') == 'a-b'", "['a', 'b'].join() == 'ab'"],
            overloads: [
                .method([.list(.string)], .string, .calling(Lists.joinAll)),
                .method([.list(.string), .string], .string, .calling(Lists.join)),
            ]
        ),
        FunctionDeclaration(
            "slice",
            summary: "The elements from one position up to, without, another; an error outside of the list.",
            examples: ["[1, 2, 3, 4].slice(1, 3) == [2, 3]"],
            overloads: [.method([list, .int, .int], list, .calling(Lists.slice))]
        ),
        FunctionDeclaration(
            "flatten",
            summary:
                "The list with the elements of lists in it in their place, one level deep or as many as are given.",
            examples: ["[1, [2, [3]]].flatten() == [1, 2, [3]]", "[1, [2, [3]]].flatten(2) == [1, 2, 3]"],
            overloads: [
                .method([.list(.dyn)], .list(.dyn), .calling(Lists.flattenOnce)),
                .method([.list(.dyn), .int], .list(.dyn), .calling(Lists.flatten)),
            ]
        ),
        FunctionDeclaration(
            "sort",
            summary: "The elements from the least to the greatest; they must be of one type that has an order.",
            examples: ["[3, 1, 2].sort() == [1, 2, 3]", "['b', 'a'].sort() == ['a', 'b']"],
            overloads: [.method([list], list, .calling(Lists.sort))]
        ),
        FunctionDeclaration(
            "distinct",
            summary: "The first of all elements that are equal, in their order.",
            examples: ["[1, 2, 1, 1.0].distinct() == [1, 2]"],
            overloads: [.method([list], list, .calling(Lists.distinct))]
        ),
        FunctionDeclaration(
            "first",
            summary: "The first element as an optional; without a value where the list is empty.",
            examples: ["[1, 2].first().value() == 1", "![].first().hasValue()"],
            overloads: [.method([list], .optional(element), .calling(Lists.first))]
        ),
        FunctionDeclaration(
            "last",
            summary: "The last element as an optional; without a value where the list is empty.",
            examples: ["[1, 2].last().value() == 2", "![].last().hasValue()"],
            overloads: [.method([list], .optional(element), .calling(Lists.last))]
        ),
        FunctionDeclaration(
            "lists.range",
            summary: "The whole numbers from 0 up to, without, the one that is given.",
            examples: ["lists.range(3) == [0, 1, 2]", "lists.range(0) == []"],
            overloads: [.function([.int], .list(.int), .calling(Lists.range))]
        ),
    ]
}

/// How the methods of lists work.
enum Lists {
    static func reverse(_ list: [Value], _ run: Evaluation) throws(EvaluationError) -> [Value] {
        try run.charge(list.count)
        return list.reversed()
    }

    fileprivate static func joinAll(_ list: [Value], _ run: Evaluation) throws(EvaluationError) -> String {
        try self.join(list, "", run)
    }

    fileprivate static func join(
        _ list: [Value],
        _ separator: String,
        _ run: Evaluation
    ) throws(EvaluationError) -> String {
        var joined: [UInt8] = []
        for (position, element) in list.enumerated() {
            guard case .string(let text) = element else {
                throw EvaluationError(.noSuchOverload("join of a list with \(element.typeName.rawValue)"))
            }
            let count = text.utf8.count + separator.utf8.count
            try run.charge(1 + count / 64)
            try run.admit(resultBytes: joined.count + count)
            if position > 0 { joined += separator.utf8 }
            joined += text.utf8
        }
        return String(decoding: joined, as: UTF8.self)
    }

    fileprivate static func slice(
        _ list: [Value],
        _ start: Int64,
        _ end: Int64,
        _ run: Evaluation
    ) throws(EvaluationError) -> [Value] {
        for bound in [start, end] where bound < 0 || bound > list.count {
            throw EvaluationError(.indexOutOfRange(bound, count: list.count))
        }
        guard start <= end else { throw .invalid("slice: the end, \(end), is before the start, \(start)") }
        try run.charge(Int(end - start))
        return Array(list[Int(start)..<Int(end)])
    }

    fileprivate static func flattenOnce(_ list: [Value], _ run: Evaluation) throws(EvaluationError) -> [Value] {
        try self.flatten(list, 1, run)
    }

    fileprivate static func flatten(
        _ list: [Value],
        _ depth: Int64,
        _ run: Evaluation
    ) throws(EvaluationError) -> [Value] {
        guard depth >= 0 else { throw .invalid("flatten: a depth can't be negative: \(depth)") }
        // Level by level rather than by recursion: as long as there is another one.
        var flat = list
        var remaining = depth
        while remaining > 0, flat.contains(where: \.isList) {
            remaining -= 1
            var next: [Value] = []
            for element in flat {
                guard case .list(let inner) = element else {
                    try run.charge(1)
                    next.append(element)
                    continue
                }
                try run.charge(1 + inner.count)
                next += inner
            }
            try run.admit(elements: next.count)
            flat = next
        }
        return flat
    }

    fileprivate static func sort(_ list: [Value], _ run: Evaluation) throws(EvaluationError) -> [Value] {
        try run.charge(list.count)
        return try Sorting.sorted(list.map { (key: $0, element: $0) }, run)
    }

    fileprivate static func distinct(_ list: [Value], _ run: Evaluation) throws(EvaluationError) -> [Value] {
        var kept: [Value] = []
        // What can be a key is looked up; what can't, such as a list, is compared with each that can't either.
        var keys: Set<MapKey> = []
        var others: [Value] = []
        for element in list {
            try run.charge(1)
            if let key = MapKey(element) {
                guard keys.insert(key).inserted else { continue }
            } else {
                try run.charge(others.count)
                guard try !self.contains(others, element, run) else { continue }
                others.append(element)
            }
            kept.append(element)
        }
        return kept
    }

    private static func contains(
        _ list: [Value],
        _ element: Value,
        _ run: Evaluation
    ) throws(EvaluationError) -> Bool {
        for other in list where try other.equals(element, run) {
            return true
        }
        return false
    }

    fileprivate static func first(_ list: [Value], _: Evaluation) throws(EvaluationError) -> Value {
        .optional(OptionalBox(list.first))
    }

    fileprivate static func last(_ list: [Value], _: Evaluation) throws(EvaluationError) -> Value {
        .optional(OptionalBox(list.last))
    }

    fileprivate static func range(_ count: Int64, _ run: Evaluation) throws(EvaluationError) -> [Value] {
        guard count > 0 else { return [] }
        try run.admit(elements: Int(clamping: count))
        try run.charge(Int(clamping: count))
        return (0..<count).map(Value.int)
    }
}

extension Value {
    fileprivate var isList: Bool {
        if case .list = self { true } else { false }
    }
}
