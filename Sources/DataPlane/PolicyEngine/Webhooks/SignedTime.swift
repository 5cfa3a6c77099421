import Expression

/// The moment at which a webhook was signed, which the signature covers: an old request that someone recorded is
/// refused.
struct SignedTime: Sendable {
    enum Format: Sendable {
        /// Since the start of 1970.
        case seconds, milliseconds
        /// RFC 3339; of Greenwich where no offset stands behind it.
        case calendar
    }

    /// What counts where the provider recommends nothing.
    static let usualTolerance: Int64 = 180

    let place: FieldPart
    let format: Format
    /// How far it may be from now, before or after, in seconds.
    let tolerance: Int64

    init(_ place: FieldPart, _ format: Format = .seconds, tolerance: Int64 = Self.usualTolerance) {
        self.place = place
        self.format = format
        self.tolerance = tolerance
    }

    /// The moment as the request spells it, which is how it is signed. `now` is in milliseconds since the start of 1970.
    ///
    /// - Throws: when it is missing, cannot be read, or is too far from now.
    func text(in head: ExchangeHead, now: Int64) throws(WebhookRefusal) -> String {
        let text = try self.place.text(in: head)
        try Self.check(text, self.format, tolerance: self.tolerance, now: now)
        return text
    }

    /// - Throws: when a moment cannot be read, or is too far from now.
    static func check(_ text: String, _ format: Format, tolerance: Int64, now: Int64) throws(WebhookRefusal) {
        guard let moment = Self.milliseconds(text, format) else { throw .timeMalformed }
        guard (moment - now).magnitude <= UInt64(tolerance * 1000) else {
            throw .timeOutside(toleranceSeconds: tolerance)
        }
    }

    /// Since the start of 1970; nil when it cannot be read. Fourteen digits are more than any moment of this
    /// millennium needs, and far from what overflows.
    private static func milliseconds(_ text: String, _ format: Format) -> Int64? {
        switch format {
        case .calendar:
            return (Timestamp(text: text) ?? Timestamp(text: "\(text)Z")).map {
                $0.seconds * 1000 + Int64($0.nanoseconds / 1_000_000)
            }
        case .seconds, .milliseconds:
            let digits = text.utf8
            let isNumber = digits.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            guard isNumber, digits.count <= 14, let number = Int64(text) else { return nil }
            return format == .seconds ? number * 1000 : number
        }
    }
}
