import Mux
import NIOCore

/// A proxied stream in the form that channel handlers need: what is written goes out on it, and whoever receives for it fires
/// what comes into the pipeline.
///
/// Unchecked: as the stream itself it is used on the leg's event loop only, by handlers in its own pipeline.
final class StreamChannel: Channel, ChannelCore, @unchecked Sendable {
    let eventLoop: any EventLoop
    let allocator = ByteBufferAllocator()
    private(set) lazy var pipeline = ChannelPipeline(channel: self)
    private(set) var isActive = true
    private let stream: MuxStream
    private let closed: EventLoopPromise<Void>
    private var unflushed: [ByteBuffer] = []

    init(_ stream: MuxStream, on loop: any EventLoop) {
        self.stream = stream
        self.eventLoop = loop
        self.closed = loop.makePromise()
    }

    var closeFuture: EventLoopFuture<Void> { self.closed.futureResult }
    var localAddress: SocketAddress? { nil }
    var remoteAddress: SocketAddress? { nil }
    var parent: (any Channel)? { nil }
    var isWritable: Bool { self.stream.isWritable }
    var _channelCore: any ChannelCore { self }
    var syncOptions: (any NIOSynchronousChannelOptions)? { Options() }

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        self.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        self.eventLoop.makeCompletedFuture { try Options().getOption(option) }
    }

    /// Nothing goes out any more; what is in the pipeline is let go of.
    func abandon() {
        self.close0(error: ChannelError.eof, mode: .all, promise: nil)
    }

    // MARK: - What handlers ask for

    func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
        self.unflushed.append(self.unwrapData(data, as: ByteBuffer.self))
        promise?.succeed()
    }

    func flush0() {
        let bytes = self.unflushed
        self.unflushed = []
        for buffer in bytes { self.stream.write(buffer) }
    }

    func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard self.isActive, mode != .input else {
            promise?.fail(self.isActive ? ChannelError.operationUnsupported : ChannelError.alreadyClosed)
            return
        }
        self.flush0()
        self.stream.finish()
        promise?.succeed()
        guard mode == .all else { return }
        self.isActive = false
        self.pipeline.syncOperations.fireChannelInactive()
        self.pipeline.syncOperations.fireChannelUnregistered()
        // Who closes may still be at work in the pipeline.
        self.eventLoop.execute {
            self.removeHandlers(pipeline: self.pipeline)
            self.closed.succeed()
        }
    }

    func read0() {}

    func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    func channelRead0(_ data: NIOAny) {}
    func errorCaught0(error: any Error) {}

    // MARK: - What a stream does not have

    func localAddress0() throws -> SocketAddress { throw ChannelError.unknownLocalAddress }
    func remoteAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }

    func register0(promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    /// Both directions end on their own, and what comes is taken as it comes.
    private struct Options: NIOSynchronousChannelOptions {
        func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) throws {
            throw ChannelError.operationUnsupported
        }

        func getOption<Option: ChannelOption>(_ option: Option) throws -> Option.Value {
            let isOn =
                option is ChannelOptions.Types.AllowRemoteHalfClosureOption
                || option is ChannelOptions.Types.AutoReadOption
            guard isOn, let value = true as? Option.Value else { throw ChannelError.operationUnsupported }
            return value
        }
    }
}
