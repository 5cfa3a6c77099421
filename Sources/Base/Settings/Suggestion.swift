/// Finds what someone meant who wrote a name that doesn't exist.
package enum Suggestion {
    /// The candidate that is fewest edits away, when that is few enough to be a slip of the fingers.
    package static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let name = Array(name.lowercased().unicodeScalars.prefix(64))
        // One slip in three characters; two letters that agree by chance are no reason to guess.
        let allowed = max(1, name.count / 3)
        let best =
            candidates
            .map { candidate in
                (candidate: candidate, edits: Self.edits(name, Array(candidate.unicodeScalars.prefix(64))))
            }
            .min { $0.edits < $1.edits }
        guard let best, best.edits <= allowed else { return nil }
        return best.candidate
    }

    /// How many scalars must be put in, taken out, changed or swapped with their neighbour (optimal string alignment).
    static func edits(_ from: [Unicode.Scalar], _ to: [Unicode.Scalar]) -> Int {
        guard !from.isEmpty, !to.isEmpty else { return max(from.count, to.count) }
        var before = [Int](repeating: 0, count: to.count + 1)
        var last = Array(0...to.count)
        for row in 1...from.count {
            var next = [row]
            for column in 1...to.count {
                let change = from[row - 1] == to[column - 1] ? 0 : 1
                var least = min(last[column] + 1, next[column - 1] + 1, last[column - 1] + change)
                if row > 1, column > 1, from[row - 1] == to[column - 2], from[row - 2] == to[column - 1] {
                    least = min(least, before[column - 2] + 1)
                }
                next.append(least)
            }
            (before, last) = (last, next)
        }
        return last[to.count]
    }
}
