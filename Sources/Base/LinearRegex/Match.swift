extension LinearRegex {
    /// Where an expression matched, in bytes of the text.
    package struct Match: Sendable, Hashable {
        /// The whole match, then each group; nil for a group that took no part. Never empty.
        package let groups: [Range<Int>?]

        package init(groups: [Range<Int>?]) {
            self.groups = groups
        }

        /// The whole match.
        package var range: Range<Int> { self.groups[0] ?? 0..<0 }
    }

    /// The matches of an expression in a text, found one at a time.
    package struct Matches: Sequence, IteratorProtocol {
        private let regex: LinearRegex
        private let bytes: [UInt8]
        private var position = 0
        private var previousEnd: Int?

        init(of regex: LinearRegex, in bytes: [UInt8]) {
            self.regex = regex
            self.bytes = bytes
        }

        package mutating func next() -> Match? {
            while let match = self.regex.firstMatch(in: self.bytes, from: self.position) {
                let range = match.range
                let repeatsTheEnd = range.isEmpty && range.lowerBound == self.previousEnd
                self.previousEnd = range.upperBound
                self.position = range.upperBound == self.position ? self.afterCharacter() : range.upperBound
                if !repeatsTheEnd { return match }
            }
            return nil
        }

        /// The place behind the character that begins at `position`: one past the end at the end, where nothing matches.
        private func afterCharacter() -> Int {
            var next = self.position + 1
            guard self.regex.encoding == .utf8 else { return next }
            while next < self.bytes.count, self.bytes[next] & 0xC0 == 0x80 {
                next += 1
            }
            return next
        }
    }
}
