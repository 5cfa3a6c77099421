import Addressing

/// Under which hosts the local web service answers (`spec/agent.md` 7.1).
///
/// A page of a stranger can make a browser here ask any address, once the stranger's name resolves to it; but then the
/// browser says that name.
struct HostRules: Sendable {
    private enum Rule: Sendable {
        case range(IPPrefix)
        case exact(String)
        /// `.example.com`: all below.
        case suffix(String)
    }

    private let rules: [Rule]
    /// Whether every host passes: none is named, and the service is there for others than this machine.
    private let isOpen: Bool

    /// - Parameters:
    ///   - hosts: as the configuration names them; empty for those of this machine.
    ///   - isLoopback: only this machine reaches the service.
    init(_ hosts: [String], isLoopback: Bool) {
        self.rules = hosts.map { host in
            let host = host.lowercased()
            if let range = try? IPPrefix(parsing: host) { return .range(range) }
            return host.hasPrefix(".") ? .suffix(host) : .exact(host)
        }
        self.isOpen = hosts.isEmpty && !isLoopback
    }

    /// Whether a call for this host, with or without a port, is answered; nil is a call that names none.
    func allows(_ authority: String?) -> Bool {
        if self.isOpen { return true }
        guard let authority, let host = Self.host(of: authority) else { return false }
        let address = IPAddress(textBytes: host.utf8)
        if self.rules.isEmpty {
            return host == "localhost" || host.hasSuffix(".localhost") || address?.isLoopback ?? false
        }
        return self.rules.contains { rule in
            switch rule {
            case .range(let range): address.map { range.contains($0) } ?? false
            case .exact(let name): host == name
            case .suffix(let suffix): host.hasSuffix(suffix)
            }
        }
    }

    /// Whether a call with this `Origin` is answered; nil is a call of no browser.
    func allows(origin: String?) -> Bool {
        guard let origin else { return true }
        guard let start = origin.firstRange(of: "://") else { return false }
        return self.allows(String(origin[start.upperBound...]))
    }

    /// Without port and brackets, in lower case; nil where it is none.
    private static func host(of authority: String) -> String? {
        let text = authority.lowercased()
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            return String(text[text.index(after: text.startIndex)..<end])
        }
        let host = text.prefix { $0 != ":" }
        return host.isEmpty || text.contains("@") || text.contains("/") ? nil : String(host)
    }
}
