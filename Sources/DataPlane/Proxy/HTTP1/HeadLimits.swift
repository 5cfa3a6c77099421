/// How much of a head is read before it is refused.
package struct HeadLimits: Sendable {
    /// Bytes of one line, without its end.
    package var lineBytes = 16 * 1024
    /// Bytes of the whole head, empty lines before and after it included. No more is ever kept for an unfinished one.
    package var headBytes = 60 * 1024
    package var fields = 100

    /// What a visitor's request may take.
    package static let request = HeadLimits()

    /// What an upstream's response may take: more, because applications set many and long cookies.
    package static let response = HeadLimits(lineBytes: 64 * 1024, headBytes: 256 * 1024, fields: 500)

    /// For a head that the edge has written: what it adds may take that beyond the limits that visitors have.
    var widened: HeadLimits {
        HeadLimits(lineBytes: self.lineBytes * 3, headBytes: self.headBytes * 3, fields: self.fields * 2)
    }

    /// Interim responses before the final one. An upstream that says "wait" for longer is taken for a broken one: each
    /// passes through to the visitor, and nothing else would end them.
    static let interimResponses = 100
    /// Empty lines before a request that are ignored; RFC 9112 §2.2 asks for one.
    static let emptyLines = 4
    /// Bytes of a field name. No field in use comes near.
    static let nameBytes = 256
    /// Members of all `Connection` fields together; each is looked for among all fields.
    static let connectionOptions = 32
}

/// What a scan of received bytes found.
package enum ScanResult: Equatable, Sendable {
    /// A whole head of so many bytes, empty lines before it included.
    case complete(headBytes: Int)
    /// So far right, but its end has not arrived.
    case incomplete
    /// It can become no right head, whatever follows. Where the next message would begin is not known, so the
    /// connection closes after the answer.
    case invalid(HTTP1Error)
}

/// How far an unfinished head has been read, so that it is not read from its start for each packet that adds to it.
///
/// A visitor's connection keeps one beside the bytes, and a new one for each new head.
package struct HeadProgress: Sendable {
    /// Bytes that earlier scans have seen.
    var examined = 0
    /// Where the line begins that was not finished then.
    var lineStart = 0
    /// Whether what follows in that line needs no more than a look for its end.
    var isPastName = false
    /// Whether a CR may stand at its end.
    var mayEndWithCR = true

    package init() {}

    /// Reads a head at the start of `bytes`: all of it that is there, of which this has seen the beginning. `read` reads
    /// what the limits let it see, from the start; it is called unless it could find out nothing new.
    @inline(__always)
    mutating func scan(
        _ bytes: UnsafeRawBufferPointer,
        limits: HeadLimits,
        _ read: (UnsafeRawBufferPointer) throws(HTTP1Error) -> FieldTable.Step
    ) -> ScanResult {
        if let result = self.skim(bytes, limits: limits) { return result }
        do throws(HTTP1Error) {
            // Bytes beyond the limit are not looked at: they change nothing.
            switch try read(UnsafeRawBufferPointer(rebasing: bytes.prefix(limits.headBytes))) {
            case .end(let end):
                return .complete(headBytes: end)
            case .more(let reached):
                guard bytes.count < limits.headBytes else { return .invalid(.headTooLong) }
                self = reached
                return .incomplete
            }
        } catch {
            return .invalid(error)
        }
    }

    /// Whether the bytes that are new finish no line: then they were checked here, and nothing else can be known.
    private mutating func skim(_ bytes: UnsafeRawBufferPointer, limits: HeadLimits) -> ScanResult? {
        guard self.isPastName, self.examined > 0, self.examined <= bytes.count else { return nil }
        // From the last old byte, which may be a CR.
        let control = bytes.firstControl(from: self.examined - 1)
        guard control >= bytes.count - 1 else { return nil }
        guard control == bytes.count || (self.mayEndWithCR && bytes[control] == .carriageReturn) else { return nil }
        guard bytes.count - self.lineStart <= limits.lineBytes, bytes.count < limits.headBytes else { return nil }
        self.examined = bytes.count
        return .incomplete
    }
}
