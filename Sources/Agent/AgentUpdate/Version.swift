/// The number of a release (semver.org 2.0.0), which tells what is newer.
package struct Version: Sendable, Hashable, Comparable {
    package let major: Int
    let minor: Int
    let patch: Int
    /// `beta.1`; empty for a release proper.
    private let preview: [String]

    /// nil where the text is no version.
    package init?(_ text: String) {
        guard text.utf8.count <= 64 else { return nil }
        // What was built is no part of the order.
        let core = text.prefix { $0 != "+" }
        let parts = core.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(Self.number)
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2] else {
            return nil
        }
        (self.major, self.minor, self.patch) = (major, minor, patch)
        self.preview = parts.count == 1 ? [] : parts[1].split(separator: ".").map(String.init)
        guard parts.count == 1 || !self.preview.isEmpty else { return nil }
    }

    package static func < (left: Version, right: Version) -> Bool {
        let numbers = [(left.major, right.major), (left.minor, right.minor), (left.patch, right.patch)]
        if let (a, b) = numbers.first(where: { $0 != $1 }) { return a < b }
        guard !left.preview.isEmpty, !right.preview.isEmpty else {
            return !left.preview.isEmpty && right.preview.isEmpty
        }
        for (a, b) in zip(left.preview, right.preview) where a != b {
            switch (Self.number(a), Self.number(b)) {
            case (let a?, let b?): return a < b
            case (nil, nil): return a < b
            // Numbers come before words.
            case (let a, _): return a != nil
            }
        }
        return left.preview.count < right.preview.count
    }

    private static func number(_ text: some StringProtocol) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
