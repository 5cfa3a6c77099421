internal import Foundation
package import Logging
package import Model
internal import NIOCore
internal import NIOPosix

/// The events that wait for destinations, a spool for each: bounded for each and in all.
///
/// Everything here waits for the disk, on a thread of its own.
package actor Outbox {
    package struct Limits: Sendable {
        /// Of the files of one destination.
        package var bytes = 64 << 20
        /// Of the files of all.
        package var totalBytes = 1 << 30

        package init() {}
    }

    /// Events that are on their way to a destination.
    package struct Batch: Sendable {
        package let events: [SpooledEvent]
        fileprivate let end: Spool.Position
    }

    /// What waits for one destination.
    package struct Waiting: Sendable, Hashable {
        package var events = 0
        package var bytes = 0
        /// Of all that were taken since its files were opened, and those that waited then.
        package var taken = 0
    }

    private static let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let eventLoop: any EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        self.eventLoop.executor.asUnownedSerialExecutor()
    }

    private let folder: String
    private let limits: Limits
    private let logger: Logger
    private var spools: [String: Spool] = [:]
    private var isBroken = false

    /// The folder is made when the first event comes.
    package init(_ folder: String, limits: Limits = Limits(), logger: Logger) {
        self.folder = folder
        self.limits = limits
        self.logger = logger
        self.eventLoop = Self.threads.next()
    }

    /// Makes the folder ready.
    ///
    /// - Throws: `eventSpoolUnusable`.
    package func open() throws(Failure) {
        do {
            try FileManager.default.createDirectory(
                atPath: self.folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            guard FileManager.default.isWritableFile(atPath: self.folder) else { throw POSIXError(.EACCES) }
        } catch {
            throw Failure(
                .eventSpoolUnusable,
                "The folder \(self.folder) cannot be used",
                detail: "\(error)",
                cause: error
            )
        }
    }

    /// What tells this edge from others that share its database; it stays as long as the folder.
    func edgeName() -> String {
        let path = "\(self.folder)/edge"
        if let known = try? String(contentsOfFile: path, encoding: .utf8), known.utf8.count == 32 { return known }
        let digits = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }
        let name = digits.map { String(repeating: "0", count: 16 - $0.utf8.count) + $0 }.joined()
        do {
            try Data(name.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            // The next start has another: others wait for this one then, for a while.
            self.report(error)
        }
        return name
    }

    // MARK: - In

    /// Takes events for a destination, in their order, as far as there is room, but for those that are larger than any may be.
    ///
    /// - Returns: how many. Those are sent, whatever ends this process.
    package func append(_ events: [SpooledEvent], to destination: String) -> Int {
        let possible = events.compactMap(SpoolFrame.encode)
        do {
            let spool = try self.spool(destination)
            let used = self.spools.values.reduce(0) { $0 + $1.bytes }
            let taken = try spool.append(possible, room: self.limits.totalBytes - used)
            self.isBroken = false
            return taken
        } catch {
            self.report(error)
            return 0
        }
    }

    /// What was taken is on the disk when this returns.
    ///
    /// - Returns: whether it is.
    @discardableResult
    package func sync() -> Bool {
        do {
            for spool in self.spools.values { try spool.sync() }
            return true
        } catch {
            self.report(error)
            return false
        }
    }

    // MARK: - Out

    /// The next events of a destination; nil where none wait. The same ones come again until they are done.
    package func batch(for destination: String, limit: Int, bytes: Int) -> Batch? {
        do {
            guard let batch = try self.spool(destination).batch(limit: limit, bytes: bytes) else { return nil }
            return Batch(events: batch.events, end: batch.end)
        } catch {
            self.report(error)
            return nil
        }
    }

    /// The events of a batch have arrived.
    package func finish(_ batch: Batch, of destination: String) {
        do {
            try self.spools[destination]?.advance(to: batch.end, by: batch.events.count)
        } catch {
            self.report(error)
        }
    }

    package func waiting(for destination: String) -> Waiting {
        guard let spool = try? self.spool(destination) else { return Waiting() }
        return Waiting(events: spool.count, bytes: spool.bytes, taken: spool.taken)
    }

    /// Whether there is room for what must not be left out: half of all.
    package func hasRoom(for destination: String) -> Bool {
        let used = self.spools.values.reduce(0) { $0 + $1.bytes }
        guard used < self.limits.totalBytes / 2, let spool = try? self.spool(destination) else { return false }
        return spool.bytes < self.limits.bytes / 2
    }

    // MARK: - Destinations

    /// Forgets the destinations that are not among `known`, and what waits for them.
    package func keep(_ known: Set<String>) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: self.folder)) ?? [] {
            guard ResourceID<EventDestinationKind>(name) != nil, !known.contains(name) else { continue }
            self.spools.removeValue(forKey: name)
            try? FileManager.default.removeItem(atPath: "\(self.folder)/\(name)")
        }
    }

    /// How far the audit events were taken for a destination. Nil where none were.
    func auditPlace(of destination: String) -> AuditPlace? {
        (try? String(contentsOfFile: "\(self.folder)/\(destination)/audit", encoding: .utf8)).flatMap(AuditPlace.init)
    }

    /// Puts what another edge has noted in the place of all that was noted here.
    func setAuditPlaces(_ places: [String: AuditPlace]) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: self.folder)) ?? [] {
            // Most have none.
            try? FileManager.default.removeItem(atPath: "\(self.folder)/\(name)/audit")
        }
        for (destination, place) in places { self.setAuditPlace(place, of: destination) }
    }

    func setAuditPlace(_ place: AuditPlace, of destination: String) {
        do {
            _ = try self.spool(destination)
            try Data(place.text.utf8)
                .write(to: URL(filePath: "\(self.folder)/\(destination)/audit"), options: .atomic)
        } catch {
            self.report(error)
        }
    }

    private func spool(_ destination: String) throws -> Spool {
        if let known = self.spools[destination] { return known }
        let spool = try Spool("\(self.folder)/\(destination)", limit: self.limits.bytes)
        if spool.damages > 0 {
            self.logger.error(
                "events that waited cannot be read, and are lost",
                metadata: ["destination.id": "\(destination)", "files.damaged": "\(spool.damages)"]
            )
        }
        self.spools[destination] = spool
        return spool
    }

    /// Said once, until it works again: a full disk would otherwise fill another with the log of this.
    private func report(_ error: any Error) {
        if !self.isBroken {
            self.logger.error("events cannot be kept for destinations", metadata: ["error": "\(error)"])
        }
        self.isBroken = true
    }
}
