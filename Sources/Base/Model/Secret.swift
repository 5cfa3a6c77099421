/// Text that must not be shown: it prints as `[secret]` and has no `==`.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// The text itself, for the few places that must send, hash or seal it.
    package func reveal() -> String { self.text }

    package var isEmpty: Bool { self.text.isEmpty }

    /// Whether both are the same text, in a time that depends on the length of `other` alone: it is the one that came
    /// from outside, whose length is known there.
    package func equals(_ other: Secret) -> Bool {
        let expected = Array(self.text.utf8)
        var difference = expected.count ^ other.text.utf8.count
        for (index, byte) in other.text.utf8.enumerated() {
            // Past the end, the byte is compared with one of the start, so that the work is the same.
            let counterpart = expected.isEmpty ? 0 : expected[index % expected.count]
            difference |= Int(byte ^ counterpart)
        }
        return difference == 0
    }

    package var description: String { "[secret]" }
    package var debugDescription: String { "[secret]" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
