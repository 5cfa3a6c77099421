import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A proxy on loopback that speaks CONNECT and SOCKS 5, by the first byte. A fake: it does what a proxy does where all is
/// well, and refuses who has the wrong password.
final class TestProxy: Sendable {
    private struct State {
        var targets: [String] = []
        var redirect: Int?
        var channels: [any Channel] = []
    }

    private let listener: any Channel
    private let state: SharedState

    private final class SharedState: Sendable {
        let contents = Mutex(State())
        let password: String?

        init(password: String?) { self.password = password }
    }

    private init(_ listener: any Channel, _ state: SharedState) {
        self.listener = listener
        self.state = state
    }

    var port: Int { self.listener.localAddress?.port ?? 0 }
    /// Where it was asked to connect to.
    var targets: [String] { self.state.contents.withLock { $0.targets } }

    /// Connects everybody to this port of 127.0.0.1 from now on.
    func redirect(to port: Int) { self.state.contents.withLock { $0.redirect = port } }

    /// Runs `body` beside a proxy, which wants this `user:password`, or nothing.
    static func with(password: String? = nil, _ body: (TestProxy) async throws -> Void) async throws {
        let state = SharedState(password: password)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(state))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let proxy = TestProxy(listener, state)
        do {
            try await body(proxy)
        } catch {
            try await listener.close()
            throw error
        }
        try await listener.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private enum Step {
            case first, login, request, connecting
            case piping(any Channel)
        }

        private let state: SharedState
        private var step = Step.first
        private var bytes = ByteBuffer()

        init(_ state: SharedState) { self.state = state }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if case .piping(let other) = self.step {
                return other.writeAndFlush(Self.unwrapInboundIn(data), promise: nil)
            }
            self.bytes.writeImmutableBuffer(Self.unwrapInboundIn(data))
            if self.bytes.getInteger(at: self.bytes.readerIndex, as: UInt8.self) == UInt8(ascii: "C") {
                self.readConnect(context)
            } else {
                self.readSOCKS(context)
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            if case .piping(let other) = self.step { other.close(promise: nil) }
        }

        private func readConnect(_ context: ChannelHandlerContext) {
            let text = String(buffer: self.bytes)
            guard text.hasSuffix("\r\n\r\n") else { return }
            if let password = self.state.password {
                let wanted = "Proxy-Authorization: Basic \(Data(password.utf8).base64EncodedString())\r\n"
                guard text.contains(wanted) else {
                    return self.write("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", context)
                }
            }
            let target = String(text.split(separator: " ")[1])
            self.connect(target, context) { isThere, context in
                self.write(isThere ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 502 Bad Gateway\r\n\r\n", context)
            }
        }

        private func readSOCKS(_ context: ChannelHandlerContext) {
            let bytes = Array(self.bytes.readableBytesView)
            self.bytes.clear()
            switch self.step {
            case .first:
                let method: UInt8 = self.state.password == nil ? 0 : 2
                guard bytes.dropFirst(2).contains(method) else { return self.write([5, 0xFF], context) }
                self.step = method == 0 ? .request : .login
                self.write([5, method], context)
            case .login:
                let user = bytes.dropFirst(2).prefix(Int(bytes[1]))
                let password = bytes.dropFirst(3 + user.count)
                let isRight = self.state.password == String(decoding: user + [0x3A] + password, as: UTF8.self)
                self.step = .request
                self.write([1, isRight ? 0 : 1], context)
            case .request:
                let port = Int(bytes[bytes.count - 2]) << 8 | Int(bytes[bytes.count - 1])
                let host =
                    bytes[3] == 3
                    ? String(decoding: bytes[5..<(bytes.count - 2)], as: UTF8.self)
                    : bytes[4..<8].map { "\($0)" }.joined(separator: ".")
                self.connect("\(host):\(port)", context) { isThere, context in
                    self.write([5, isThere ? 0 : 5, 0, 1, 127, 0, 0, 1, 0, 80], context)
                }
            case .connecting, .piping:
                break
            }
        }

        private func connect(
            _ target: String,
            _ context: ChannelHandlerContext,
            _ answer: @escaping (Bool, ChannelHandlerContext) -> Void
        ) {
            self.step = .connecting
            let redirect = self.state.contents.withLock { state in
                state.targets.append(target)
                return state.redirect
            }
            let parts = target.split(separator: ":")
            let bound = NIOLoopBound((handler: self, context: context, answer: answer), eventLoop: context.eventLoop)
            let near = context.channel
            ClientBootstrap(group: context.eventLoop)
                .channelInitializer { far in
                    far.eventLoop.makeCompletedFuture { try far.pipeline.syncOperations.addHandler(Back(to: near)) }
                }
                .connect(
                    host: redirect == nil ? String(parts[0]) : "127.0.0.1",
                    port: redirect ?? Int(parts[1]) ?? 0
                )
                .whenComplete { result in
                    let (handler, context, answer) = bound.value
                    if case .success(let far) = result { handler.step = .piping(far) }
                    answer((try? result.get()) != nil, context)
                }
        }

        private func write(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }

        private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
            context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        }
    }

    private final class Back: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let near: any Channel

        init(to near: any Channel) { self.near = near }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.near.writeAndFlush(Self.unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { self.near.close(promise: nil) }
    }
}
