extension RequestState {
    /// The host that goes upstream in place of the visitor's, as a `Host` field has it; nil where that was left.
    package var otherHost: String? {
        guard self.isRewritten || self.head.isEdited else { return nil }
        let received = self.receivedTarget.hostAndPort
        let rewritten = self.target.hostAndPort
        let host = self.isRewritten && rewritten != received ? rewritten : self.head.added("host") ?? ""
        return host.isEmpty || host.equalsIgnoringCase(received) ? nil : host
    }

    /// A response's `location` as the visitor must see it (`spec/traffic-policy.md` 4.1, 4.19): where it leads to the host
    /// that goes upstream in place of the visitor's, it leads to the visitor's.
    ///
    /// - Returns: nil where it stays as it is: it names no host, or another one.
    package func publicLocation(for location: String) -> String? {
        guard let other = self.otherHost, let parts = HostInURL(location) else { return nil }
        let scheme = parts.scheme ?? self.target.scheme
        guard parts.authority.withoutPort(of: scheme).equalsIgnoringCase(other.withoutPort(of: scheme)) else {
            return nil
        }
        let received = self.receivedTarget
        let start = parts.scheme == nil ? "//" : "\(received.scheme)://"
        return start + received.hostAndPort + parts.rest
    }
}

/// The parts of a reference that names a host (RFC 3986 §4.2), as far as the host's end.
private struct HostInURL {
    /// In small letters; nil for `//host/path`.
    let scheme: String?
    let authority: String
    /// Path, query and fragment.
    let rest: String

    /// Nil for other references, and other schemes than the web's.
    init?(_ text: String) {
        guard let start = text.firstRange(of: "//") else { return nil }
        switch text[..<start.lowerBound].lowercased() {
        case "": self.scheme = nil
        case "http:": self.scheme = "http"
        case "https:": self.scheme = "https"
        default: return nil
        }
        let behind = text[start.upperBound...]
        let end = behind.utf8.firstIndex { "/?#\\".utf8.contains($0) } ?? behind.endIndex
        self.authority = String(behind[..<end])
        self.rest = String(behind[end...])
    }
}

extension String {
    /// Host and port without the port that the scheme stands for.
    fileprivate func withoutPort(of scheme: String) -> String {
        let suffix = RequestTarget.defaultPort(of: scheme).map { ":\($0)" } ?? ""
        return !suffix.isEmpty && self.utf8.count > suffix.utf8.count && self.hasSuffix(suffix)
            ? String(self.dropLast(suffix.count)) : self
    }
}
