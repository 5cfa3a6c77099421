internal import CModSecurity
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Rules that are complete, for any number of threads at once.
///
/// Unchecked: the engine's rules never change once they are made, and what runs on them keeps what changes in a transaction of
/// its own.
final class RuleSet: @unchecked Sendable {
    /// Of the log of one exchange. Rules match hundreds of times on hostile requests.
    private static let logBytes = 256 << 10

    private let rules: OpaquePointer
    private let mark: RuleMark
    private let thresholdWhereNoneIsTold: Int

    /// Reads the rules for a direction. Takes a tenth of a second.
    init(_ direction: RuleDirection, _ configuration: FirewallConfiguration) throws(FirewallError) {
        try Self.needLibrary()
        let files = try RuleFiles(of: direction, in: configuration)
        let mark = RuleMark()
        let text = RuleText(direction: direction, configuration: configuration, mark: mark)
        self.rules = try Self.make()
        self.mark = mark
        self.thresholdWhereNoneIsTold =
            direction == .requests ? configuration.inboundThreshold ?? 5 : configuration.outboundThreshold ?? 4
        try self.add(text.first)
        if let setup = files.setup { try self.add(setup) } else { try self.add(text.setup) }
        try self.add(text.settings)
        for file in files.before + files.rules + files.after { try self.add(file) }
        try self.add(text.last)
    }

    /// The rules of `others` without some of them. The rest is shared with them.
    init(_ others: RuleSet, without excluded: [Int]) throws(FirewallError) {
        self.rules = try Self.make()
        self.mark = others.mark
        self.thresholdWhereNoneIsTold = others.thresholdWhereNoneIsTold
        try self.add(RuleText.removal(of: excluded))
        try self.check(cmodsecurity_rules_add_rules(self.rules, others.rules))
    }

    deinit { cmodsecurity_rules_free(self.rules) }

    private static func needLibrary() throws(FirewallError) {
        guard let problem = cmodsecurity_load() else { return }
        throw .noLibrary(String(cString: problem))
    }

    private static func make() throws(FirewallError) -> OpaquePointer {
        guard let rules = cmodsecurity_rules_new() else { throw .wrongRules("there is no memory for them") }
        return rules
    }

    private func add(_ text: String) throws(FirewallError) {
        guard !text.isEmpty else { return }
        try self.check(cmodsecurity_rules_add_text(self.rules, text))
    }

    private func add(_ file: RuleFiles.File) throws(FirewallError) {
        try self.check(cmodsecurity_rules_add_file(self.rules, self.mark.path(file.folder, file.name)))
    }

    private func check(_ problem: UnsafeMutablePointer<CChar>?) throws(FirewallError) {
        guard let problem else { return }
        defer { free(problem) }
        throw .wrongRules(self.mark.removed(from: String(cString: problem)))
    }
}

// MARK: - Running

extension RuleSet {
    /// Runs the rules on an exchange. Takes as long as they take, milliseconds as a rule.
    ///
    /// - Throws: ``FirewallError/failed``.
    func inspect(_ exchange: FirewallExchange) throws(FirewallError) -> FirewallFindings {
        var log = cmodsecurity_log()
        log.limit = Self.logBytes
        defer { cmodsecurity_log_free(&log) }
        let outcome = exchange.withEngineForm { cmodsecurity_inspect(self.rules, $0, &log) }
        guard outcome != cmodsecurity_failed else { throw .failed }
        let findings = self.findings(in: log, isStopped: outcome == cmodsecurity_stopped)
        return log.is_incomplete ? findings.incomplete : findings
    }

    private func findings(in log: cmodsecurity_log, isStopped: Bool) -> FirewallFindings {
        let reader = RuleLog(mark: self.mark)
        let bytes = UnsafeRawBufferPointer(start: log.lines, count: log.count)
        var matches: [FirewallFindings.Match] = []
        var scores: RuleScores?
        for line in bytes.split(separator: 0) {
            guard let entry = reader.entry(in: Substring(decoding: line, as: UTF8.self)) else { continue }
            guard entry.id != RuleText.report else {
                scores = RuleScores(entry.message)
                continue
            }
            guard let severity = FirewallFindings.Severity(rawValue: entry.severity), severity.scores,
                !matches.contains(where: { $0.id == entry.id })
            else { continue }
            matches.append(
                FirewallFindings.Match(id: entry.id, message: entry.message, severity: severity, data: entry.data)
            )
        }
        return FirewallFindings(
            score: scores?.score ?? 0,
            threshold: scores?.threshold ?? self.thresholdWhereNoneIsTold,
            matches: matches,
            isStopped: isStopped
        )
    }
}

extension FirewallExchange {
    /// Calls `body` with the exchange as the engine takes it, which is valid during the call.
    fileprivate func withEngineForm<Result>(_ body: (UnsafePointer<cmodsecurity_exchange>) -> Result) -> Result {
        self.head.withEngineFields { fields in
            (self.response?.head ?? FirewallHead()).withEngineFields { responseFields in
                self.withTexts { exchange in
                    exchange.request_fields = fields.baseAddress
                    exchange.request_field_count = fields.count
                    exchange.response_fields = responseFields.baseAddress
                    exchange.response_field_count = responseFields.count
                    exchange.status = Int32(self.response?.status ?? 0)
                    return self.body.withUnsafeReadableBytes { bytes in
                        exchange.request_body = bytes.engineBytes
                        return (self.response?.body ?? ByteBuffer()).withUnsafeReadableBytes { bytes in
                            exchange.response_body = bytes.engineBytes
                            return withUnsafePointer(to: exchange, body)
                        }
                    }
                }
            }
        }
    }

    private func withTexts<Result>(_ body: (inout cmodsecurity_exchange) -> Result) -> Result {
        // What has a NUL is no target; it would end there.
        let target = self.target.map(CChar.init(bitPattern:)) + [0]
        return self.client.address.withCString { client in
            self.server.address.withCString { server in
                self.method.withCString { method in
                    self.version.withCString { version in
                        target.withUnsafeBufferPointer { target in
                            var exchange = cmodsecurity_exchange()
                            exchange.client = client
                            exchange.client_port = Int32(self.client.port)
                            exchange.server = server
                            exchange.server_port = Int32(self.server.port)
                            exchange.method = method
                            exchange.target = target.baseAddress
                            exchange.version = version
                            return body(&exchange)
                        }
                    }
                }
            }
        }
    }
}

extension FirewallHead {
    fileprivate func withEngineFields<Result>(
        _ body: (UnsafeBufferPointer<cmodsecurity_field>) -> Result
    ) -> Result {
        self.bytes.withUnsafeReadableBytes { bytes in
            self.fields.map { field in
                cmodsecurity_field(
                    name: UnsafeRawBufferPointer(rebasing: bytes[field.name]).engineBytes,
                    value: UnsafeRawBufferPointer(rebasing: bytes[field.value]).engineBytes
                )
            }.withUnsafeBufferPointer(body)
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var engineBytes: cmodsecurity_bytes {
        cmodsecurity_bytes(start: self.bindMemory(to: UInt8.self).baseAddress, count: self.count)
    }
}
