internal import Events
internal import Foundation
internal import NIOCore
internal import NIOPosix

/// Appends events to a file, a line each, which is put aside when it is large.
package actor FileSender: EventSender {
    private static let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let eventLoop: any EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        self.eventLoop.executor.asUnownedSerialExecutor()
    }

    private let path: String
    private let limit: Int
    private let kept: Int
    private var file: RotatedFile?

    /// - Parameters:
    ///   - path: its folder is made where it is not there.
    ///   - limit: the size in bytes from which on it is put aside.
    ///   - kept: how many are kept so.
    package init(_ path: String, limit: Int, kept: Int) {
        self.path = path
        self.limit = limit
        self.kept = kept
        self.eventLoop = Self.threads.next()
    }

    package func send(_ events: [SpooledEvent]) async throws(DeliveryError) {
        do {
            let file = try self.file ?? self.open()
            self.file = file
            try file.append(events.map { "\($0.line)\n" }.joined(), isSafe: true)
        } catch {
            self.file = nil
            throw .failed("the file cannot be written: \(error)")
        }
    }

    private func open() throws -> RotatedFile {
        try FileManager.default.createDirectory(
            atPath: URL(filePath: self.path).deletingLastPathComponent().path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        return try RotatedFile(self.path, limit: self.limit, kept: self.kept)
    }

    package func close() async {
        self.file = nil
    }
}
