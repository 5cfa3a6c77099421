extension Strings {
    // MARK: Replacing

    static func replaceAll(
        _ text: String,
        _ old: String,
        _ new: String,
        _ run: Evaluation
    ) throws(EvaluationError) -> String {
        try self.replace(text, old, new, -1, run)
    }

    /// Replaces the first `limit` occurrences, all where it is negative. An empty string occurs before each character and at
    /// the end.
    static func replace(
        _ text: String,
        _ old: String,
        _ new: String,
        _ limit: Int64,
        _ run: Evaluation
    ) throws(EvaluationError) -> String {
        try run.charge(bytes: text.utf8.count)
        var result: [UInt8] = []
        var left = limit < 0 ? Int64.max : limit
        var rest = Array(text.utf8)[...]
        let old = Array(old.utf8)
        var isFirst = true
        while left > 0, let match = self.nextMatch(of: old, in: rest, isFirst: isFirst) {
            result += rest[..<match.lowerBound]
            result += new.utf8
            try run.charge(1)
            try run.admit(resultBytes: result.count)
            rest = rest[match.upperBound...]
            left -= 1
            isFirst = false
        }
        try run.admit(bytes: result.count + rest.count)
        return String(decoding: result + rest, as: UTF8.self)
    }

    /// Where the string next occurs. The empty string: at the begin, then behind each character.
    private static func nextMatch(of part: [UInt8], in rest: ArraySlice<UInt8>, isFirst: Bool) -> Range<Int>? {
        if part.isEmpty {
            if isFirst { return rest.startIndex..<rest.startIndex }
            guard !rest.isEmpty else { return nil }
            let next = rest.dropFirst().firstIndex { $0 & 0xC0 != 0x80 } ?? rest.endIndex
            return next..<next
        }
        return TextSearch.firstOffset(of: part, in: rest).map { offset in
            (rest.startIndex + offset)..<(rest.startIndex + offset + part.count)
        }
    }

    // MARK: Splitting and joining

    static func splitAll(_ text: String, _ separator: String, _ run: Evaluation) throws(EvaluationError) -> [Value] {
        try self.split(text, separator, -1, run)
    }

    /// At most `limit` parts, of which the last is the rest; all where it is negative, none where it is 0.
    static func split(
        _ text: String,
        _ separator: String,
        _ limit: Int64,
        _ run: Evaluation
    ) throws(EvaluationError) -> [Value] {
        try run.charge(bytes: text.utf8.count)
        guard limit != 0 else { return [] }
        let most = limit < 0 ? Int.max : Int(clamping: limit)
        guard !separator.isEmpty else { return try self.characters(of: text, most, run) }
        var parts: [Value] = []
        var rest = Array(text.utf8)[...]
        let separator = Array(separator.utf8)
        while parts.count < most - 1, let offset = TextSearch.firstOffset(of: separator, in: rest) {
            let end = rest.startIndex + offset
            try self.append(rest[..<end], to: &parts, run)
            rest = rest[(end + separator.count)...]
        }
        try self.append(rest, to: &parts, run)
        return parts
    }

    private static func characters(of text: String, _ most: Int, _ run: Evaluation) throws(EvaluationError) -> [Value] {
        var parts: [Value] = []
        var rest = text.unicodeScalars[...]
        while parts.count < most - 1, let scalar = rest.popFirst() {
            try self.append(String(scalar).utf8, to: &parts, run)
        }
        if !rest.isEmpty { try self.append(String(rest).utf8, to: &parts, run) }
        return parts
    }

    /// The parts between runs of white space, none empty.
    static func splitWords(_ text: String, _ run: Evaluation) throws(EvaluationError) -> [Value] {
        try run.charge(bytes: text.utf8.count)
        var parts: [Value] = []
        var rest = text.unicodeScalars[...]
        while let start = rest.firstIndex(where: { !$0.properties.isWhitespace }) {
            rest = rest[start...]
            let word = rest.prefix { !$0.properties.isWhitespace }
            try self.append(String(word).utf8, to: &parts, run)
            rest = rest[word.endIndex...]
        }
        return parts
    }

    private static func append(
        _ part: some Collection<UInt8>,
        to parts: inout [Value],
        _ run: Evaluation
    ) throws(EvaluationError) {
        try run.admit(elements: parts.count + 1)
        try run.charge(1)
        parts.append(.string(String(decoding: part, as: UTF8.self)))
    }

    static func joinAll(_ list: [Value], _ run: Evaluation) throws(EvaluationError) -> String {
        try self.join(list, "", run)
    }

    static func join(_ list: [Value], _ separator: String, _ run: Evaluation) throws(EvaluationError) -> String {
        try run.charge(list.count)
        var joined = ""
        for (position, element) in list.enumerated() {
            guard case .string(let text) = element else {
                throw EvaluationError(.noSuchOverload("join of \(element.typeName.rawValue)"))
            }
            let more = text.utf8.count + (position > 0 ? separator.utf8.count : 0)
            try run.admit(resultBytes: joined.utf8.count + more)
            try run.charge(bytes: more)
            if position > 0 { joined += separator }
            joined += text
        }
        return joined
    }
}
