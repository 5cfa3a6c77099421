/// What someone may have meant who wrote a name that nothing has.
package enum Suggestion {
    /// Longer names are not compared: the work grows with the square of the length.
    private static let longest = 64

    /// The name among the candidates that differs least from the one that was written; nil where none is near. Capitals and
    /// underscores don't count, so that `starts_with` finds `startsWith`; of several equally near the first by its bytes.
    package static func closest(to name: String, among candidates: some Sequence<String>) -> String? {
        let written = Self.letters(of: name)
        guard written.count <= Self.longest else { return nil }
        var best: (distance: Int, name: String)?
        for candidate in candidates where !candidate.utf8.elementsEqual(name.utf8) {
            let letters = Self.letters(of: candidate)
            let allowed = min(3, min(written.count, letters.count) / 3)
            guard abs(letters.count - written.count) <= allowed else { continue }
            let distance = Self.distance(written, letters)
            guard distance <= allowed else { continue }
            if let best, (best.distance, best.name) <= (distance, candidate) { continue }
            best = (distance, candidate)
        }
        return best?.name
    }

    private static func letters(of name: String) -> [UInt8] {
        name.utf8.compactMap { byte in
            switch byte {
            case UInt8(ascii: "_"): nil
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            default: byte
            }
        }
    }

    /// The fewest letters to put in, take out, replace, or swap with their neighbour (optimal string alignment).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var next = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(last[column + 1] + 1, next[column] + 1, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                next.append(cost)
            }
            (beforeLast, last) = (last, next)
        }
        return last[right.count]
    }
}
