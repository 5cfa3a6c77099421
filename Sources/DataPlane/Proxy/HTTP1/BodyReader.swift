package import NIOCore

/// Finds where a body ends in what arrives, and hands on what belongs to it as slices, not copied.
///
/// Of the bytes it holds nothing but a trailer section. It moves the buffer's reader index past what belongs to the
/// body; what follows is left there for the next message.
///
/// One body has one reader: it cannot be copied, and no look at it costs references to what it holds.
package struct BodyReader: ~Copyable {
    /// What `take` found.
    package enum Taken: Equatable {
        /// Nothing of the body is in the buffer; more is to come.
        case none
        /// Bytes to pass on. Call again unless the body has ended with them.
        case some(ByteBuffer, ended: Bool)
        /// The body ends here, with nothing more to pass on.
        case ended
        /// It can be no right body. What was passed on before must not look complete to whoever got it.
        case invalid(HTTP1Error)
    }

    /// Bytes still to come of a body of known length.
    private var remaining: UInt64
    private let framing: BodyFraming
    private let form: ChunkWalker.Form
    private var walker: ChunkWalker
    private var failure: HTTP1Error?
    private var hasPassedTrailers = false

    /// A reader of a request's body, which is passed on with its framing.
    package init(_ framing: BodyFraming, limits: BodyLimits = BodyLimits()) {
        self.init(framing, from: .visitor, limits: limits)
    }

    /// A reader of a body of either side: upstreams are given a little more room. `form` tells whether chunks are passed
    /// on as such or only their content, for a visitor of HTTP/1.0.
    package init(
        _ framing: BodyFraming,
        from source: ChunkWalker.Source,
        form: ChunkWalker.Form = .framed,
        limits: BodyLimits = BodyLimits()
    ) {
        self.framing = framing
        self.form = form
        self.walker = ChunkWalker(form: form, source: source, limits: limits)
        if case .length(let length) = framing { self.remaining = length } else { self.remaining = 0 }
    }

    /// Whether all of the body was taken. Never for one that ends with its connection.
    package var isComplete: Bool {
        switch self.framing {
        case .none: true
        case .length: self.remaining == 0
        case .chunked: self.walker.hasEnded && self.failure == nil && !self.hasTrailersToPass
        case .untilClose: false
        }
    }

    /// The trailer section of a chunked body that has ended, where the body is taken as content.
    var trailers: ByteBuffer? {
        guard self.form == .content, self.walker.hasEnded, let bytes = self.walker.trailers.passedOn, bytes.count > 2
        else { return nil }
        return ByteBuffer(bytes: bytes)
    }

    package mutating func take(_ buffer: inout ByteBuffer) -> Taken {
        switch self.framing {
        case .none: return .ended
        case .length:
            guard self.remaining > 0 else { return .ended }
            let count = Int(min(self.remaining, UInt64(buffer.readableBytes)))
            guard count > 0, let slice = buffer.readSlice(length: count) else { return .none }
            self.remaining -= UInt64(count)
            return .some(slice, ended: self.remaining == 0)
        case .chunked: return self.takeChunks(&buffer)
        case .untilClose:
            guard buffer.readableBytes > 0, let slice = buffer.readSlice(length: buffer.readableBytes) else {
                return .none
            }
            return .some(slice, ended: false)
        }
    }

    private mutating func takeChunks(_ buffer: inout ByteBuffer) -> Taken {
        while self.failure == nil, !self.walker.hasEnded {
            guard buffer.readableBytes > 0 else { return .none }
            switch buffer.withUnsafeReadableBytes({ self.walker.walk($0) }) {
            case .invalid(let error): self.failure = error
            case .walked(let kept, let skipped):
                let slice = kept > 0 ? buffer.readSlice(length: kept) : nil
                buffer.moveReaderIndex(forwardBy: skipped)
                if let slice { return .some(slice, ended: self.isComplete) }
            }
        }
        if let failure = self.failure { return .invalid(failure) }
        guard self.hasTrailersToPass, let trailers = self.walker.trailers.passedOn else { return .ended }
        self.hasPassedTrailers = true
        return .some(ByteBuffer(bytes: trailers), ended: true)
    }

    private var hasTrailersToPass: Bool {
        self.form == .framed && !self.hasPassedTrailers && self.walker.trailers.passedOn != nil
    }
}
