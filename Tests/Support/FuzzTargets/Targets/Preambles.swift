import NIOCore
import Preamble

/// What comes first on a connection: PROXY headers, ClientHello, or HTTP where TLS was expected.
enum Preambles: FuzzTarget {
    static func check(_ input: FuzzInput) {
        Self.checkProxyHeader(input)
        Self.checkClientHello(input)
        _ = HTTPSniffer.sniff(ByteBuffer(bytes: input.bytes))
    }

    private struct Proxied: Equatable {
        var header: ProxyProtocolHeader?
        var error: ProxyProtocolError?
        /// Bytes behind the header, which belong to the connection.
        var left = 0
    }

    /// A header is the same wherever it was cut, and what it says survives being written.
    private static func checkProxyHeader(_ input: FuzzInput) {
        let whole = Self.proxied([input.bytes[...]])
        claim(whole == Self.proxied(input.pieces), "cutting changed a PROXY header")
        guard let header = whole.header else { return }
        for version in [ProxyProtocolHeader.Version.v1, .v2] {
            var buffer = ByteBuffer()
            header.write(version, into: &buffer)
            let again = try? ProxyProtocolHeader.read(from: &buffer)
            claim(
                again?.route == header.route && buffer.readableBytes == 0,
                "a PROXY header did not survive \(version)"
            )
        }
    }

    private static func proxied(_ pieces: [ArraySlice<UInt8>]) -> Proxied {
        var arrived = ByteBuffer()
        var outcome = Proxied()
        for piece in pieces {
            arrived.writeBytes(piece)
            guard outcome.header == nil, outcome.error == nil else { continue }
            do throws(ProxyProtocolError) {
                outcome.header = try ProxyProtocolHeader.read(from: &arrived)
            } catch {
                outcome.error = error
            }
        }
        outcome.left = outcome.error == nil ? arrived.readableBytes : 0
        return outcome
    }

    private static func checkClientHello(_ input: FuzzInput) {
        let whole = Self.hello([input.bytes[...]])
        claim(whole == Self.hello(input.pieces), "cutting changed a ClientHello")
    }

    private static func hello(_ pieces: [ArraySlice<UInt8>]) -> ClientHelloReader.Result {
        var reader = ClientHelloReader()
        var arrived = ByteBuffer()
        for piece in pieces {
            arrived.writeBytes(piece)
            let result = reader.read(arrived)
            if result != .incomplete { return result }
        }
        return .incomplete
    }
}
