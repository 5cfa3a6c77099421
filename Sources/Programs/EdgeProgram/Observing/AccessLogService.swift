import Events
import Foundation
import Logging
import Model
import ServiceLifecycle

/// Writes a line for each request that is over. It ends after those that serve requests.
struct AccessLogService: Service {
    let queue: EventQueue
    let configuration: AccessLogConfiguration
    let logger: Logger

    func run() async throws {
        var file: RotatedFile?
        if case .file(let path) = self.configuration.destination {
            file = try Self.open(path, self.configuration)
        }
        await withTaskCancellationOrGracefulShutdownHandler {
            var isBroken = false
            while let batch = await self.queue.batch() { self.write(batch, to: file, &isBroken) }
        } onCancelOrGracefulShutdown: {
            self.queue.close()
        }
    }

    /// - Throws: `configurationInvalid` where the file cannot be opened.
    static func open(_ path: String, _ configuration: AccessLogConfiguration) throws(Failure) -> RotatedFile {
        do {
            return try RotatedFile(path, limit: configuration.fileBytes, kept: configuration.files)
        } catch {
            throw Failure(
                .configurationInvalid,
                "access_log.to: the file \(path) cannot be written.",
                detail: "\(error)",
                cause: error
            )
        }
    }

    private func write(_ batch: EventQueue.Batch, to file: RotatedFile?, _ isBroken: inout Bool) {
        let text = batch.events.map { LineText.printable(json: $0.line(id: .random())) + "\n" }.joined()
        do {
            if let file {
                try file.append(text)
            } else {
                try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
            }
            isBroken = false
        } catch {
            // Said once: a full disk would otherwise fill another with the log of this.
            if !isBroken { self.logger.error("the access log cannot be written", metadata: ["error": "\(error)"]) }
            isBroken = true
        }
        guard batch.dropped > 0 else { return }
        self.logger.warning("lines of the access log left out", metadata: ["events.dropped": "\(batch.dropped)"])
    }
}
