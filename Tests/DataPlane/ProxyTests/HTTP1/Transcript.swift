import NIOCore

@testable import Proxy

/// What a connection comes to when its bytes go through the codec alone, as a shell around it would drive it.
struct Transcript: Equatable {
    struct Request: Equatable {
        var method: String
        /// As it goes upstream.
        var target: String
        /// The content that is passed on, without chunk framing.
        var content: [UInt8]
        /// All that is passed on: the head as it is written, the body as it is handed on.
        var upstream: [UInt8]
    }

    enum End: Equatable {
        /// Between two requests.
        case idle
        /// After a request that closes the connection, or that became another protocol.
        case closed
        /// Inside a head or a body.
        case incomplete
        case rejected(HTTP1Error)
    }

    /// Whole requests alone.
    var requests: [Request] = []
    var end = End.idle
    /// How each request was framed, an unfinished one's included.
    var framings: [BodyFraming] = []

    /// The fields of a request as the upstream gets it: `name: value`, the name in lower case.
    static func fieldLines(of request: Request) -> [String] {
        let head = RequestHead()
        return request.upstream.withUnsafeBytes { bytes in
            guard case .complete = head.scan(bytes) else { return [] }
            return (0..<head.fields.count).map { index in
                let slot = head.fields[index]
                let name = String(decoding: bytes[slot.name], as: UTF8.self).lowercased()
                return name + ": " + bytes[slot.value].map { String(UnicodeScalar($0)) }.joined()
            }
        }
    }
}

/// Drives the codec: collects a head, then hands on its body, request after request.
struct TestConnection: ~Copyable {
    private(set) var transcript = Transcript()
    private let head: RequestHead
    private var buffer = ByteBuffer()
    private var progress = HeadProgress()
    private var body: BodyReader?
    private var content: BodyReader?
    private var current = Transcript.Request(method: "", target: "", content: [], upstream: [])
    private var isOver = false
    private let forwarding = ForwardedFields(address: "192.0.2.7".utf8, proto: "http")

    init(head: RequestHead = RequestHead()) {
        self.head = head
    }

    static func run(_ pieces: some Sequence<[UInt8]>, head: RequestHead = RequestHead()) -> Transcript {
        var connection = TestConnection(head: head)
        for piece in pieces { connection.receive(piece) }
        return connection.finished()
    }

    mutating func receive(_ bytes: [UInt8]) {
        guard !self.isOver else { return }
        self.buffer.writeBytes(bytes)
        while !self.isOver, self.body == nil ? self.takeHead() : self.takeBody() {}
        self.buffer.discardReadBytes()
    }

    func finished() -> Transcript {
        var transcript = self.transcript
        if !self.isOver {
            let isIdle = self.body == nil && self.buffer.readableBytes == 0
            transcript.end = isIdle ? .idle : .incomplete
        }
        return transcript
    }

    private mutating func end(_ end: Transcript.End) {
        self.transcript.end = end
        self.isOver = true
    }

    /// Whether there may be more to do.
    private mutating func takeHead() -> Bool {
        let result = self.buffer.withUnsafeReadableBytes { self.head.scan($0, progress: &self.progress) }
        switch result {
        case .incomplete: return false
        case .invalid(let error):
            self.end(.rejected(error))
            return false
        case .complete(let headBytes):
            self.progress = HeadProgress()
            self.begin()
            self.buffer.moveReaderIndex(forwardBy: headBytes)
            return true
        }
    }

    private mutating func begin() {
        let head = self.head
        let forwarding = self.forwarding
        var upstream = ByteBuffer()
        self.current = self.buffer.withUnsafeReadableBytes { bytes in
            head.write(into: &upstream, from: bytes, forwarding: forwarding)
            let line = upstream.readableBytesView.prefix { $0 != .carriageReturn }
            let parts = line.split(separator: .space, omittingEmptySubsequences: false)
            return Transcript.Request(
                method: String(decoding: parts[0], as: UTF8.self),
                target: String(decoding: parts[1], as: UTF8.self),
                content: [],
                upstream: Array(upstream.readableBytesView)
            )
        }
        self.transcript.framings.append(head.framing)
        self.body = BodyReader(head.framing)
        // Reads the same bytes again for their content.
        self.content = BodyReader(head.framing, from: .visitor, form: .content)
    }

    private mutating func takeBody() -> Bool {
        let before = self.buffer
        switch self.body?.take(&self.buffer) {
        case .some(.some(let slice, let ended)):
            self.current.upstream += slice.readableBytesView
            self.takeContent(before)
            if ended { self.finishRequest() }
            return true
        case .ended:
            self.takeContent(before)
            self.finishRequest()
            return true
        case .invalid(let error):
            self.end(.rejected(error))
            return false
        case .some(.none), nil:
            self.takeContent(before)
            return false
        }
    }

    private mutating func takeContent(_ before: ByteBuffer) {
        let count = self.buffer.readerIndex - before.readerIndex
        guard var taken = before.getSlice(at: before.readerIndex, length: count) else { return }
        while case .some(.some(let slice, _)) = self.content?.take(&taken) {
            self.current.content += slice.readableBytesView
        }
    }

    private mutating func finishRequest() {
        self.transcript.requests.append(self.current)
        self.body = nil
        if !self.head.keepsAlive || self.head.isUpgrade { self.end(.closed) }
    }
}
