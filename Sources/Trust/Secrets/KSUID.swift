package import Model

/// An identifier that sorts by the second it was made in and cannot be guessed: 27 digits of base 62
/// (`spec/api.md` 1, "Ids").
package struct KSUID: Sendable, Hashable, CustomStringConvertible {
    /// Digits of the text; 62^27 is just above 2^160.
    package static let length = 27
    /// Second 0 of the 32 bit time stamp, in seconds since 1970. It ends in the year 2150.
    private static let epoch: Int64 = 1_400_000_000

    package let text: String

    /// A new identifier: 128 random bits behind `time`, in seconds since 1970. A time that 32 bits cannot hold is taken
    /// as the nearest that they can.
    package init(at time: Int64, using random: inout some RandomNumberGenerator) {
        let (seconds, overflow) = time.subtractingReportingOverflow(Self.epoch)
        let stamp = overflow ? 0 : UInt32(clamping: seconds)
        let words = [stamp] + (0..<4).map { _ in UInt32.random(in: .min ... .max, using: &random) }
        self.text = Base62.encode(words, count: Self.length)
    }

    /// A new identifier, made `time` seconds after the start of 1970.
    package init(at time: Int64) {
        var random = SystemRandom()
        self.init(at: time, using: &random)
    }

    /// - Returns: nil when `text` is not 27 digits of base 62.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.length, text.utf8.allSatisfy(Base62.isDigit) else { return nil }
        self.text = String(text)
    }

    package var description: String { self.text }

    /// When it was made, in seconds since 1970.
    package var seconds: Int64 { Self.epoch + Int64(Base62.decode(self.text, words: 5)[0]) }
}

extension ResourceID {
    /// The identifier of the thing of this kind that `ksuid` names. Things that belong together may share one.
    package init(_ ksuid: KSUID) {
        guard let id = Self("\(Kind.prefix)_\(ksuid.text)") else {
            preconditionFailure("\(Kind.prefix) is no prefix of an identifier")
        }
        self = id
    }

    /// A new identifier, made `time` seconds after the start of 1970.
    package static func new(at time: Int64) -> Self {
        Self(KSUID(at: time))
    }
}
