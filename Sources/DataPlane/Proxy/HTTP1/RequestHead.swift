/// A visitor's request head, read in place (RFC 9112): where things stand in the received bytes, and what they mean.
///
/// One for each event loop, used again for every request: what it says is true of the last `scan` that was complete,
/// and only together with the bytes that were scanned. A scan allocates nothing.
///
/// It is strict. What servers have been known to read in different ways (contradicting lengths, bare CR or LF, white
/// space before a colon, folded lines, odd codings) is refused, not repaired: the upstream must see the same message.
package final class RequestHead {
    /// Bytes of the head, empty lines before it included.
    private(set) var headBytes = 0
    private(set) var method = Method.other
    private(set) var methodRange = 0..<0
    /// The request target as it came.
    private(set) var targetRange = 0..<0
    /// Whether the target was a whole URL, whose authority then counts in place of `Host` (RFC 9112 §3.2.2).
    private(set) var isAbsoluteForm = false
    /// The path and query, as they are written upstream. Empty or beginning with `?` after an absolute-form target
    /// without a path, which means `/`; `*` alone for `OPTIONS *`.
    private(set) var pathRange = 0..<0
    /// Whether the path holds visible characters that no URI has as they are, which go upstream escaped.
    private(set) var hasUnescapedPath = false
    /// 0 or 1. Later versions of HTTP/1 are read as 1.
    private(set) var minorVersion = 1
    /// What the fields mean.
    private(set) var meaning = RequestFields()
    private(set) var authority: Authority?
    /// The field lines. What is dropped there is not for the upstream, nor for policies.
    private(set) var fields = FieldTable(capacity: HeadLimits.request.fields)

    package init() {}

    /// The host, with the port where one was given, that the request is for: the target's authority, or `Host`.
    /// nil only for HTTP/1.0 requests that name none.
    package var hostRange: Range<Int>? { self.authority?.whole }
    /// Without the port. Letters are of either case; brackets of an IPv6 address are included.
    var hostNameRange: Range<Int>? { self.authority?.name }
    var port: UInt16? { self.authority?.port }

    package var framing: BodyFraming { self.meaning.framing }
    /// Whether the visitor lets the connection live on. HTTP/1.0 connections always end with the answer.
    var keepsAlive: Bool { self.minorVersion == 1 && !self.meaning.asksToClose }
    /// Whether the visitor waits for `100 Continue` before it sends the body.
    var expectsContinue: Bool { self.meaning.expectsContinue }
    /// Whether the request asks for another protocol that may be passed on; it then has no body.
    var isUpgrade: Bool { self.meaning.isUpgrade }
    var isWebSocket: Bool { self.meaning.isWebSocket }
    var isHEAD: Bool { self.method == .head }
    /// CONNECT is refused by the scan, as no method of it is ever served.
    var isCONNECT: Bool { self.method == .connect }

    /// Reads a head at the start of `bytes`, up to four empty lines before it passed over.
    package func scan(_ bytes: UnsafeRawBufferPointer, limits: HeadLimits = .request) -> ScanResult {
        var progress = HeadProgress()
        return self.scan(bytes, limits: limits, progress: &progress)
    }

    /// The same for bytes that arrive in pieces: `bytes` is all of the head that is there, `progress` what earlier
    /// scans of it found out.
    package func scan(
        _ bytes: UnsafeRawBufferPointer,
        limits: HeadLimits = .request,
        progress: inout HeadProgress
    ) -> ScanResult {
        progress.scan(bytes, limits: limits) { bounded throws(HTTP1Error) in
            let step = try self.scanLines(bounded, limits: limits)
            guard case .end(let end) = step else { return step }
            self.meaning = try RequestFields(
                &self.fields,
                from: bounded,
                method: self.method,
                minorVersion: self.minorVersion
            )
            try self.readHost(bounded)
            self.headBytes = end
            return step
        }
    }

    /// Has every field of this name, in small letters, end here.
    func drop(_ name: StaticString, in bytes: UnsafeRawBufferPointer) {
        for index in 0..<self.fields.count where bytes.matches(name, in: self.fields[index].name) {
            self.fields.drop(index)
        }
    }

    private func scanLines(
        _ bytes: UnsafeRawBufferPointer,
        limits: HeadLimits
    ) throws(HTTP1Error) -> FieldTable.Step {
        guard let start = try Self.skipEmptyLines(bytes) else { return .more(HeadProgress(bytes.count, line: 0)) }
        guard ByteSet.token.contains(bytes[start]) else { throw .requestLine }
        let end = bytes.firstControl(from: start)
        guard end &- start <= limits.lineBytes else { throw .targetTooLong }
        guard let next = try FieldTable.endOfLine(bytes, at: end, grammar: .strict) else {
            return .more(HeadProgress(bytes.count, line: start, isPastName: true))
        }
        try self.readRequestLine(bytes, start..<end)
        return try self.fields.scan(bytes, from: next, grammar: .strict, limits: limits)
    }

    /// Where the request line begins; nil while only empty lines are there.
    private static func skipEmptyLines(_ bytes: UnsafeRawBufferPointer) throws(HTTP1Error) -> Int? {
        var at = 0
        for _ in 0...HeadLimits.emptyLines {
            guard at < bytes.count else { return nil }
            guard bytes[at] == .carriageReturn else { return at }
            guard at &+ 1 < bytes.count else { return nil }
            guard bytes[at &+ 1] == .lineFeed else { throw .lineEnd }
            at &+= 2
        }
        throw .requestLine
    }
}

// MARK: - The request line and the host

extension RequestHead {
    /// `method SP request-target SP HTTP-version` with single spaces (RFC 9112 §3).
    private func readRequestLine(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) throws(HTTP1Error) {
        var methodEnd = line.lowerBound
        while methodEnd < line.upperBound, ByteSet.token.contains(bytes[methodEnd]) { methodEnd &+= 1 }
        // SP, one byte of target, SP, eight of version.
        guard line.upperBound &- methodEnd >= 11, bytes[methodEnd] == .space else { throw .requestLine }
        let targetEnd = line.upperBound &- 9
        guard bytes[targetEnd] == .space else { throw .requestLine }
        try self.readVersion(bytes, at: targetEnd &+ 1)
        self.methodRange = line.lowerBound..<methodEnd
        self.method = Method(bytes, in: self.methodRange)
        try self.checkMethod(bytes)
        self.targetRange = methodEnd &+ 1..<targetEnd
        try self.readTarget(bytes)
    }

    private func readVersion(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(HTTP1Error) {
        let name: StaticString = "HTTP/"
        for index in 0..<5 where bytes[start &+ index] != name.utf8Start[index] { throw .requestLine }
        guard let major = bytes[start &+ 5].decimalValue, bytes[start &+ 6] == 0x2E,
            let minor = bytes[start &+ 7].decimalValue
        else { throw .requestLine }
        guard major == 1 else { throw .version }
        self.minorVersion = minor == 0 ? 0 : 1
    }

    /// Methods that fetch expects in capitals are often sent in small letters by mistake; to pass them on would only
    /// move the error.
    private func checkMethod(_ bytes: UnsafeRawBufferPointer) throws(HTTP1Error) {
        guard self.method == .other else {
            if self.method.isRefused { throw .method }
            return
        }
        guard self.methodRange.count <= Method.maximumBytes else { throw .method }
        for index in self.methodRange where bytes[index] &- 0x61 < 26 { throw .method }
    }

    private func readTarget(_ bytes: UnsafeRawBufferPointer) throws(HTTP1Error) {
        self.isAbsoluteForm = false
        self.hasUnescapedPath = false
        self.authority = nil
        let target = self.targetRange
        if bytes[target.lowerBound] == 0x2F {
            self.pathRange = target
        } else if bytes[target.lowerBound] == 0x2A, target.count == 1 {
            guard self.method == .options else { throw .target }
            self.pathRange = target
            return
        } else {
            self.pathRange = try self.readAbsoluteForm(bytes)
        }
        self.hasUnescapedPath = try Self.checkPath(bytes, self.pathRange)
    }

    /// `http://authority/path` (RFC 9112 §3.2.2). Of the schemes, only those that the edge serves; user information is
    /// treated as an error (RFC 9110 §4.2.4).
    private func readAbsoluteForm(_ bytes: UnsafeRawBufferPointer) throws(HTTP1Error) -> Range<Int> {
        let target = self.targetRange
        let start: Int
        if target.count > 7, bytes.matches("http://", in: target.lowerBound..<target.lowerBound &+ 7) {
            start = target.lowerBound &+ 7
        } else if target.count > 8, bytes.matches("https://", in: target.lowerBound..<target.lowerBound &+ 8) {
            start = target.lowerBound &+ 8
        } else {
            throw .target
        }
        var end = start
        while end < target.upperBound, bytes[end] != 0x2F, bytes[end] != 0x3F { end &+= 1 }
        guard let authority = Authority(bytes, in: start..<end) else { throw .target }
        self.isAbsoluteForm = true
        self.authority = authority
        return end..<target.upperBound
    }

    /// Checks the bytes of a path and its query, and that `%` in the path begins an encoded byte that is not NUL. In a
    /// query a lone `%` is let through, as browsers do not encode it.
    ///
    /// - Returns: whether the path holds what no URI has as it is.
    private static func checkPath(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(HTTP1Error) -> Bool {
        var at = range.lowerBound
        var isUnescaped = false
        while at < range.upperBound, bytes[at] != 0x3F {
            if !ByteSet.plainPath.contains(bytes[at]) {
                guard ByteSet.path.contains(bytes[at]) else { throw .target }
                isUnescaped = true
            }
            if bytes[at] == 0x25 {
                guard at &+ 2 < range.upperBound, let high = bytes[at &+ 1].hexValue, let low = bytes[at &+ 2].hexValue,
                    high | low != 0
                else { throw .target }
            }
            at &+= 1
        }
        while at < range.upperBound {
            guard ByteSet.query.contains(bytes[at]) else { throw .target }
            at &+= 1
        }
        return isUnescaped
    }

    /// One valid `Host`, which HTTP/1.0 alone may leave out. It is checked where the target has an authority, too,
    /// though the target's then counts (RFC 9112 §3.2).
    private func readHost(_ bytes: UnsafeRawBufferPointer) throws(HTTP1Error) {
        guard let index = self.meaning.host else {
            if self.minorVersion == 1 { throw .host }
            return
        }
        guard let host = Authority(bytes, in: self.fields[index].value) else { throw .host }
        if !self.isAbsoluteForm { self.authority = host }
    }
}
