/// What differs between two texts, line by line, with a few lines around.
enum LineDiff {
    struct Line: Sendable, Hashable {
        /// `+`, `-`, a blank, or `…` where lines are left out.
        let sign: String
        let text: String
    }

    private static let around = 3
    /// Of each text; what is longer is not compared.
    private static let limit = 4000

    static func between(_ old: String, _ new: String) -> [Line] {
        guard old != new else { return [] }
        let (old, new) = (Self.lines(old), Self.lines(new))
        guard old.count <= Self.limit, new.count <= Self.limit else {
            return [Line(sign: "…", text: "Too long to compare.")]
        }
        return Self.shortened(Self.whole(old, new))
    }

    /// The lines of lists that are there already.
    static func between(_ old: [String], _ new: [String]) -> [Line] { Self.shortened(Self.whole(old, new)) }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func whole(_ old: [String], _ new: [String]) -> [Line] {
        let difference = new.difference(from: old)
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var lines: [Line] = []
        var (one, two) = (0, 0)
        while one < old.count || two < new.count {
            if one < old.count, removed.contains(one) {
                lines.append(Line(sign: "-", text: old[one]))
                one += 1
            } else if two < new.count, inserted.contains(two) {
                lines.append(Line(sign: "+", text: new[two]))
                two += 1
            } else {
                if two < new.count { lines.append(Line(sign: " ", text: new[two])) }
                one += 1
                two += 1
            }
        }
        return lines
    }

    /// Without what is far from every change.
    private static func shortened(_ lines: [Line]) -> [Line] {
        let changed = lines.indices.filter { lines[$0].sign != " " }
        guard !changed.isEmpty else { return [] }
        var kept = Set<Int>()
        for index in changed { kept.formUnion(max(0, index - Self.around)...min(lines.count - 1, index + Self.around)) }
        var result: [Line] = []
        for index in lines.indices {
            if kept.contains(index) {
                result.append(lines[index])
            } else if result.last?.sign != "…" {
                result.append(Line(sign: "…", text: ""))
            }
        }
        return result
    }
}
