/// An upstream's response head, read in place, as `RequestHead` is. Everything that it finds wrong means 502.
///
/// Strict about what frames the message: a response that can be read in two ways would let an upstream, or one who
/// writes through it, put a response of his own before another visitor. Tolerant where real upstreams are sloppy and
/// the edge can write it right: no reason phrase, white space before a colon, a head whose lines all end with a bare
/// LF, the same Content-Length twice.
package final class ResponseHead {
    private(set) var headBytes = 0
    /// 100 to 999.
    package private(set) var status = 0
    /// 0 or 1.
    private(set) var minorVersion = 1
    /// SP and the reason phrase, or nothing.
    private(set) var reasonRange = 0..<0
    private(set) var meaning = ResponseFields()
    private(set) var fields = FieldTable(capacity: HeadLimits.request.fields)

    package init() {}

    /// An interim response, after which another head follows for the same request. 101 is final.
    var isInterim: Bool { self.status < 200 && self.status != 101 }
    var isSwitchingProtocols: Bool { self.status == 101 }

    /// How the body ends (RFC 9112 §6.3).
    package func framing(forHEAD isHEAD: Bool) -> BodyFraming {
        isHEAD || self.status < 200 || self.status == 204 || self.status == 304 ? .none : self.meaning.framing
    }

    /// Whether the upstream connection may carry another request after the body, when the body's end is known from its
    /// framing. Interim responses don't decide.
    func isReusable(forHEAD isHEAD: Bool) -> Bool {
        guard !self.isSwitchingProtocols, self.meaning.keepsAlive(minorVersion: self.minorVersion) else { return false }
        // A body where none may be would be taken for the next response.
        if self.status == 204 { return self.meaning.framing.isEmpty || self.meaning.framing == .untilClose }
        return self.framing(forHEAD: isHEAD) != .untilClose
    }

    /// Reads a head at the start of `bytes`.
    package func scan(_ bytes: UnsafeRawBufferPointer, limits: HeadLimits = .response) -> ScanResult {
        var progress = HeadProgress()
        return self.scan(bytes, limits: limits, progress: &progress)
    }

    /// The same for bytes that arrive in pieces, as `RequestHead.scan` does.
    package func scan(
        _ bytes: UnsafeRawBufferPointer,
        limits: HeadLimits = .response,
        progress: inout HeadProgress
    ) -> ScanResult {
        progress.scan(bytes, limits: limits) { bounded throws(HTTP1Error) in
            let step = try self.scanLines(bounded, limits: limits)
            guard case .end(let end) = step else { return step }
            self.meaning = try ResponseFields(&self.fields, from: bounded, minorVersion: self.minorVersion)
            self.settleFields()
            self.headBytes = end
            return step
        }
    }

    private func scanLines(
        _ bytes: UnsafeRawBufferPointer,
        limits: HeadLimits
    ) throws(HTTP1Error) -> FieldTable.Step {
        // `HTTP/1.`, as far as it is there: what speaks another protocol is told at once.
        let name: StaticString = "HTTP/1."
        for index in 0..<min(7, bytes.count) where bytes[index] != name.utf8Start[index] { throw .statusLine }
        let end = bytes.firstControl(from: 0)
        guard end <= limits.lineBytes else { throw .headTooLong }
        guard end < bytes.count else { return .more(HeadProgress(bytes.count, line: 0)) }
        let grammar: FieldTable.Grammar = bytes[end] == .lineFeed ? .lineFeed : .upstream
        guard let next = try FieldTable.endOfLine(bytes, at: end, grammar: grammar) else {
            return .more(HeadProgress(bytes.count, line: 0))
        }
        try self.readStatusLine(bytes, end: end)
        return try self.fields.scan(bytes, from: next, grammar: grammar, limits: limits)
    }

    /// `HTTP-version SP 3DIGIT [ SP reason-phrase ]` (RFC 9112 §4; the second SP is often left out with the phrase).
    private func readStatusLine(_ bytes: UnsafeRawBufferPointer, end: Int) throws(HTTP1Error) {
        guard end >= 12, let minor = bytes[7].decimalValue, bytes[8] == .space else { throw .statusLine }
        guard let status = bytes.decimal(in: 9..<12), status >= 100 else { throw .statusLine }
        guard end == 12 || bytes[12] == .space else { throw .statusLine }
        self.minorVersion = minor == 0 ? 0 : 1
        self.status = Int(status)
        self.reasonRange = 12..<end
    }

    func keep(_ index: Int) { self.fields.keep(index) }

    /// Takes back or drops fields for what the status says about them.
    private func settleFields() {
        for index in 0..<self.fields.count {
            switch self.fields[index].known {
            // Tells what the upgrade is to, or what one could be to.
            case .upgrade where self.isSwitchingProtocols: self.fields.keep(index)
            // Never with these (RFC 9110 §8.6).
            case .contentLength where self.status < 200 || self.status == 204: self.fields.drop(index)
            default: break
            }
        }
    }
}
