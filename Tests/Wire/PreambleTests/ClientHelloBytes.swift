import NIOCore

/// Builds the bytes of a ClientHello, right or wrong in a chosen place.
struct ClientHelloBytes {
    var serverName: [UInt8]? = Array("a.example.com".utf8)
    var applicationProtocols: [String] = ["h2", "http/1.1"]
    var supportedVersions: [UInt16] = [0x0304, 0x0303]
    var cipherSuites: [UInt16] = [0x1301, 0x1302]
    /// Put behind the others, as they are.
    var extraExtensions: [(type: UInt16, value: [UInt8])] = []
    var hasExtensions = true

    /// The handshake message, with its type and length.
    var message: [UInt8] {
        var body: [UInt8] = [0x03, 0x03] + [UInt8](repeating: 7, count: 32)
        body += Self.vector8([UInt8](repeating: 9, count: 32))
        body += Self.vector16(self.cipherSuites.flatMap(Self.word))
        body += Self.vector8([0])
        if self.hasExtensions {
            body += Self.vector16(self.extensions.flatMap { Self.word($0.type) + Self.vector16($0.value) })
        }
        return [1] + Self.word24(body.count) + body
    }

    /// The message in records of at most `limit` bytes of content.
    func records(of limit: Int = 16_384) -> [UInt8] {
        Self.records(self.message, of: limit)
    }

    static func records(_ message: [UInt8], of limit: Int) -> [UInt8] {
        stride(from: 0, to: message.count, by: limit).flatMap { start in
            [22, 3, 1] + Self.vector16(Array(message[start..<min(start + limit, message.count)]))
        }
    }

    private var extensions: [(type: UInt16, value: [UInt8])] {
        var list: [(type: UInt16, value: [UInt8])] = []
        if let name = self.serverName { list.append((0, Self.vector16([0] + Self.vector16(name)))) }
        if !self.applicationProtocols.isEmpty {
            list.append((16, Self.vector16(self.applicationProtocols.flatMap { Self.vector8(Array($0.utf8)) })))
        }
        if !self.supportedVersions.isEmpty {
            list.append((43, Self.vector8(self.supportedVersions.flatMap(Self.word))))
        }
        return list + self.extraExtensions
    }

    static func word(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }
    static func word24(_ value: Int) -> [UInt8] { [UInt8(value >> 16 & 0xFF)] + self.word(UInt16(value & 0xFFFF)) }
    static func vector8(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count)] + bytes }
    static func vector16(_ bytes: [UInt8]) -> [UInt8] { self.word(UInt16(bytes.count)) + bytes }
}
