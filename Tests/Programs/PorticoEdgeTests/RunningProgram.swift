import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// `portico-edge` as people run it: a process with arguments, output and an exit status.
///
/// Spawned by hand: Foundation's `Process` loses ends when several are started at the same time.
final class RunningProgram: Sendable {
    /// How a run ended.
    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let errors: String
    }

    private let id: pid_t
    private let output: OutputText
    private let errors: OutputText
    private let status: Task<Int32, Never>

    /// Starts the program with nothing of this process's environment that configures it. Tests share the machine with
    /// others: how late a loop is says nothing of its work.
    init(_ arguments: [String], environment: [String: String] = [:]) async throws {
        let environment = [
            "HOME": "/nonexistent", "PATH": "/usr/bin", "PORTICO_EDGE_LIMITS_LOOP_LAG": "1h",
            "PORTICO_EDGE_LIMITS_STANDING_QUEUE": "1h",
        ].merging(
            environment
        ) { $1 }
        let (id, output, errors) = try Self.spawn(arguments, environment)
        self.id = id
        self.output = try await OutputText(reading: output)
        self.errors = try await OutputText(reading: errors)
        self.status = Task {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: Self.wait(for: id)) }
            }
        }
    }

    /// Beside the tests, where the build puts it.
    private static var program: String {
        URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "portico-edge").path
    }

    private static func spawn(
        _ arguments: [String],
        _ environment: [String: String]
    ) throws -> (id: pid_t, output: Int32, errors: Int32) {
        let output = try Self.pipe()
        let errors = try Self.pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.write, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.write, 2)
        // NIO's sockets would live on in the program, and keep their ports: those of other tests too, which open more
        // while this one starts. To close what isn't open is no error.
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init)
        for descriptor in 3..<(open.max() ?? 3) + 1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }

        let words = ([self.program] + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var id: pid_t = 0
        let failure = posix_spawn(&id, self.program, &actions, nil, words, variables)
        close(output.write)
        close(errors.write)
        try #require(failure == 0, "\(self.program): \(String(cString: strerror(failure)))")
        return (id, output.read, errors.read)
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    /// The exit status; minus the signal where one ended the program.
    private static func wait(for id: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
    }

    /// Returns when the program has written `text` on its standard output.
    func writes(_ text: String) async throws {
        let isWritten = await self.output.contains(text)
        try #require(isWritten, "never written: \(text)\n\(self.errors.text)")
    }

    /// Whether it has written `text` on its standard output until now.
    func said(_ text: String) -> Bool { self.output.text.contains(text) }

    func send(_ signal: Int32) {
        kill(self.id, signal)
    }

    /// Returns when the program has ended and all that it wrote was read.
    func outcome() async -> Outcome {
        let status = await self.status.value
        await self.output.ended()
        await self.errors.ended()
        return Outcome(status: status, output: self.output.text, errors: self.errors.text)
    }

    /// Runs the program to its end.
    static func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
        try await RunningProgram(arguments, environment: environment).outcome()
    }

    static func run(_ arguments: [String]) async throws -> Outcome {
        try await RunningProgram(arguments).outcome()
    }
}

/// What comes out of a pipe, and who waits for it.
private final class OutputText: Sendable {
    private struct State {
        var text = ""
        var isOver = false
        var waiting: [(text: String, continuation: CheckedContinuation<Bool, Never>)] = []
    }

    private let state = Mutex(State())

    init(reading descriptor: Int32) async throws {
        let channel = try await NIOPipeBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .takingOwnershipOfDescriptor(input: descriptor) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(OutputHandler(output: self))
                    return channel
                }
            }
        channel.closeFuture.whenComplete { _ in self.update { $0.isOver = true } }
    }

    var text: String { self.state.withLock { $0.text } }

    fileprivate func append(_ text: String) {
        self.update { $0.text += text }
    }

    private func update(_ change: (inout State) -> Void) {
        let answered = self.state.withLock { state in
            change(&state)
            let answered = state.waiting.map { ($0.continuation, state.text.contains($0.text)) }
                .filter { $0.1 || state.isOver }
            state.waiting.removeAll { state.isOver || state.text.contains($0.text) }
            return answered
        }
        for (continuation, isThere) in answered { continuation.resume(returning: isThere) }
    }

    /// - Returns: whether `text` came, as soon as that is known.
    func contains(_ text: String) async -> Bool {
        await withCheckedContinuation { continuation in
            self.update { $0.waiting.append((text, continuation)) }
        }
    }

    /// Returns at the end of the pipe.
    func ended() async {
        // No program writes this.
        _ = await self.contains("\u{0}end\u{0}")
    }
}

private final class OutputHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let output: OutputText

    init(output: OutputText) {
        self.output = output
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.output.append(String(buffer: Self.unwrapInboundIn(data)))
    }
}
