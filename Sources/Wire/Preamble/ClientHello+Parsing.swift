import Addressing
import NIOCore

extension ClientHello {
    private static let serverNameType: UInt16 = 0
    private static let signatureAlgorithmsType: UInt16 = 13
    private static let applicationProtocolsType: UInt16 = 16
    private static let supportedVersionsType: UInt16 = 43

    /// Reads the body of a ClientHello message; nil when it breaks RFC 8446 4.1.2 or RFC 5246 7.4.1.2.
    init?(body: ByteBuffer) {
        var body = body
        guard let legacyVersion = body.readInteger(as: UInt16.self),
            body.readSlice(length: 32) != nil,
            let session = body.readLengthPrefixedSlice(as: UInt8.self), session.readableBytes <= 32,
            let suites = body.readLengthPrefixedSlice(as: UInt16.self), suites.readableBytes >= 2,
            suites.readableBytes.isMultiple(of: 2),
            let compressions = body.readLengthPrefixedSlice(as: UInt8.self), compressions.readableBytes >= 1
        else { return nil }
        var found = Extensions()
        if body.readableBytes > 0 {
            guard let list = body.readLengthPrefixedSlice(as: UInt16.self), body.readableBytes == 0, found.read(list)
            else {
                return nil
            }
        }
        self.serverName = found.serverName
        self.host = found.serverName.flatMap { HostName(textBytes: $0.utf8) }
        self.applicationProtocols = found.applicationProtocols
        self.legacyVersion = legacyVersion
        self.supportedVersions = found.supportedVersions
        self.cipherSuites = suites.words
        self.extensions = found.types
        self.signatureAlgorithms = found.signatureAlgorithms
        self.firstApplicationProtocol = found.firstApplicationProtocol
    }

    /// What of the extensions is of interest.
    private struct Extensions {
        var serverName: String?
        var applicationProtocols: [String] = []
        var firstApplicationProtocol: [UInt8] = []
        var supportedVersions: [UInt16] = []
        var signatureAlgorithms: [UInt16] = []
        var types: [UInt16] = []

        /// False when the list is malformed, or has a type twice.
        mutating func read(_ list: ByteBuffer) -> Bool {
            var list = list
            var seen: Set<UInt16> = []
            while list.readableBytes > 0 {
                guard let type = list.readInteger(as: UInt16.self),
                    let value = list.readLengthPrefixedSlice(as: UInt16.self),
                    seen.insert(type).inserted, self.read(value, of: type)
                else { return false }
                self.types.append(type)
            }
            return true
        }

        private mutating func read(_ value: ByteBuffer, of type: UInt16) -> Bool {
            switch type {
            case ClientHello.serverNameType: self.readServerName(value)
            case ClientHello.signatureAlgorithmsType: self.readSignatureAlgorithms(value)
            case ClientHello.applicationProtocolsType: self.readApplicationProtocols(value)
            case ClientHello.supportedVersionsType: self.readSupportedVersions(value)
            default: true
            }
        }

        /// RFC 6066 3: a list of names by type, of which there is only one, the host name (0).
        private mutating func readServerName(_ value: ByteBuffer) -> Bool {
            var value = value
            guard var names = value.readLengthPrefixedSlice(as: UInt16.self), value.readableBytes == 0,
                names.readableBytes > 0
            else { return false }
            while names.readableBytes > 0 {
                guard let type = names.readInteger(as: UInt8.self),
                    let name = names.readLengthPrefixedSlice(as: UInt16.self)
                else { return false }
                guard type == 0 else { continue }
                let bytes = name.readableBytesView
                guard self.serverName == nil, (1...255).contains(bytes.count),
                    bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
                else { return false }
                self.serverName = String(decoding: bytes, as: UTF8.self)
            }
            return true
        }

        /// RFC 7301 3.1.
        private mutating func readApplicationProtocols(_ value: ByteBuffer) -> Bool {
            var value = value
            guard var names = value.readLengthPrefixedSlice(as: UInt16.self), value.readableBytes == 0,
                names.readableBytes > 0
            else { return false }
            while names.readableBytes > 0 {
                guard let name = names.readLengthPrefixedSlice(as: UInt8.self), name.readableBytes > 0 else {
                    return false
                }
                if self.applicationProtocols.isEmpty { self.firstApplicationProtocol = Array(name.readableBytesView) }
                self.applicationProtocols.append(String(decoding: name.readableBytesView, as: UTF8.self))
            }
            return true
        }

        /// RFC 8446 4.2.3. What is wrong with it is the handshake's to say.
        private mutating func readSignatureAlgorithms(_ value: ByteBuffer) -> Bool {
            var value = value
            self.signatureAlgorithms = value.readLengthPrefixedSlice(as: UInt16.self)?.words ?? []
            return true
        }

        /// RFC 8446 4.2.1.
        private mutating func readSupportedVersions(_ value: ByteBuffer) -> Bool {
            var value = value
            guard var versions = value.readLengthPrefixedSlice(as: UInt8.self), value.readableBytes == 0,
                versions.readableBytes >= 2, versions.readableBytes.isMultiple(of: 2)
            else { return false }
            while let version = versions.readInteger(as: UInt16.self) {
                self.supportedVersions.append(version)
            }
            return true
        }
    }
}

extension ByteBuffer {
    /// Numbers of two bytes, as many as there are.
    fileprivate var words: [UInt16] {
        var bytes = self
        var words: [UInt16] = []
        words.reserveCapacity(bytes.readableBytes / 2)
        while let word = bytes.readInteger(as: UInt16.self) { words.append(word) }
        return words
    }
}
