/// The host part of what is dialled: an address, or a name that the resolver is asked for.
///
/// Names are wider than `HostName`: resolvers and container networks know names with underscores.
package enum DialHost: Sendable, Hashable {
    /// Lower case, without a trailing dot; never something that could be read as an IPv4 address.
    case name(String)
    case address(IPAddress)
}

extension DialHost: CustomStringConvertible {
    /// The host as it is given to a resolver: IPv6 without brackets.
    package var description: String {
        switch self {
        case .name(let name): name
        case .address(let address): address.description
        }
    }

    /// The host as it stands in a URL or a Host field: IPv6 in brackets.
    package var urlText: String {
        if case .address(let address) = self, !address.isIPv4 { "[\(address)]" } else { self.description }
    }
}

extension DialHost {
    /// What keeps text from being a host to dial.
    enum Problem: Error {
        case empty
        case invalid(position: Int)
    }

    /// Reads a name or an address. Octal, hexadecimal and short forms of IPv4, which some resolvers take, are refused.
    init(bytes: ArraySlice<UInt8>, isBracketed: Bool) throws(Problem) {
        guard !bytes.isEmpty else { throw .empty }
        if isBracketed {
            guard bytes.contains(ASCII.colon), let address = IPAddress(textBytes: bytes) else {
                throw .invalid(position: bytes.startIndex)
            }
            self = .address(address)
            return
        }
        let trimmed = bytes.last == ASCII.dot ? bytes.dropLast() : bytes
        if let address = IPAddress(textBytes: trimmed) {
            guard address.isIPv4 else { throw .invalid(position: bytes.startIndex) }
            self = .address(address)
            return
        }
        self = .name(try Self.name(trimmed))
    }

    private static func name(_ bytes: ArraySlice<UInt8>) throws(Problem) -> String {
        guard bytes.count <= HostName.maximumLength else { throw .invalid(position: bytes.startIndex) }
        let isNameByte = { (byte: UInt8) in
            ASCII.isLetterOrDigit(byte) || byte == ASCII.hyphen || byte == ASCII.underscore || byte == ASCII.dot
        }
        if let index = bytes.firstIndex(where: { !isNameByte($0) }) { throw .invalid(position: index) }
        let labels = bytes.split(separator: ASCII.dot, omittingEmptySubsequences: false)
        if let bad = labels.first(where: { !(1...HostName.maximumLabelLength).contains($0.count) }) {
            throw .invalid(position: bad.startIndex)
        }
        let name = HostName(unchecked: String(decoding: bytes.map(ASCII.lowercased), as: UTF8.self))
        guard !name.endsInNumber else { throw .invalid(position: bytes.startIndex) }
        return name.text
    }
}

/// A host and a port to dial.
package struct DialAddress: Sendable, Hashable, CustomStringConvertible {
    package let host: DialHost
    package let port: UInt16

    package init(host: DialHost, port: UInt16) {
        self.host = host
        self.port = port
    }

    package var description: String { "\(self.host.urlText):\(self.port)" }
}

/// Text that is no `host:port` to dial.
package struct DialAddressError: AddressingError, Equatable {
    package enum Reason: Sendable, Hashable {
        case empty
        /// A URL with a scheme, or with a path, a query or a user: only `host:port` is meant here.
        case url
        case host
        case missingPort
        /// The port is no number from 1 to 65535.
        case port
    }

    package let text: String
    package let position: Int
    package let reason: Reason

    package var problem: String {
        switch self.reason {
        case .empty: "is empty where host:port is expected"
        case .url: "is a URL where host:port is expected: leave out the scheme, and what follows the port"
        case .host: "has a host that is neither a name nor an IP address (IPv6 in brackets)"
        case .missingPort: "lacks a port: write host:port"
        case .port: "has no usable port: a number from 1 to 65535 is expected"
        }
    }
}

extension DialAddress {
    /// Reads `host:port`, for instance the address of an edge that an agent connects to.
    ///
    /// - Parameters:
    ///   - text: a name or an address, IPv6 in brackets, and a port.
    ///   - defaultPort: the port where none is written; nil when one must be.
    /// - Throws: when it is something else, a URL for instance.
    package init(parsing text: some StringProtocol, defaultPort: UInt16? = nil) throws(DialAddressError) {
        func failure(_ reason: DialAddressError.Reason, at position: Int) -> DialAddressError {
            DialAddressError(text: shortened(text), position: position, reason: reason)
        }
        guard !text.isEmpty else { throw failure(.empty, at: 0) }
        let parts: SplitURL
        do throws(SplitURL.Failure) {
            parts = try SplitURL(text)
        } catch {
            throw failure(.host, at: error.position)
        }
        guard parts.scheme == nil, parts.userinfo == nil, parts.tail.isEmpty else { throw failure(.url, at: 0) }
        do throws(DialHost.Problem) {
            self.host = try DialHost(bytes: parts.bytes[parts.host], isBracketed: parts.isBracketed)
        } catch {
            switch error {
            case .empty: throw failure(.host, at: 0)
            case .invalid(let position): throw failure(.host, at: position)
            }
        }
        guard let written = parts.port else {
            guard let defaultPort else { throw failure(.missingPort, at: parts.bytes.count) }
            self.port = defaultPort
            return
        }
        do throws(PortError) {
            self.port = try Addressing.port(parts.bytes[written])
        } catch {
            throw failure(.port, at: written.lowerBound)
        }
    }
}
