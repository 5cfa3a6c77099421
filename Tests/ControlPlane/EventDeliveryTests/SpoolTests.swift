import Events
import Foundation
import Logging
import TestSupport
import Testing

@testable import EventDelivery

/// The files in which events wait.
@Suite struct SpoolTests {
    private static func event(_ number: Int, bytes: Int = 0) -> SpooledEvent {
        SpooledEvent(
            id: "ev_\(number)",
            type: "test",
            time: Date(timeIntervalSince1970: 1_700_000_000),
            line: "{\"n\":\(number)}\(String(repeating: "x", count: bytes))"
        )
    }

    private static func frames(_ numbers: Range<Int>, bytes: Int = 0) -> [[UInt8]] {
        numbers.compactMap { SpoolFrame.encode(Self.event($0, bytes: bytes)) }
    }

    /// All that waits, taken in batches.
    private static func drain(_ spool: Spool, limit: Int = 7) throws -> [String] {
        var found: [String] = []
        while let batch = try spool.batch(limit: limit, bytes: 1 << 20) {
            found += batch.events.map(\.id)
            try spool.advance(to: batch.end, by: batch.events.count)
        }
        return found
    }

    private static func ids(_ numbers: Range<Int>) -> [String] { numbers.map { "ev_\($0)" } }

    @Test func `What is appended comes out in order, once`() throws {
        try withFolder { folder in
            let spool = try Spool(folder, limit: 1 << 20)
            #expect(try spool.append(Self.frames(0..<100), room: .max) == 100)
            #expect(spool.count == 100)
            #expect(try Self.drain(spool) == Self.ids(0..<100))
            #expect(spool.count == 0)
            #expect(try spool.append(Self.frames(100..<110), room: .max) == 10)
            #expect(try Self.drain(spool) == Self.ids(100..<110))
        }
    }

    @Test func `A batch that was not finished comes again, in another process too`() throws {
        try withFolder { folder in
            let spool = try Spool(folder, limit: 1 << 20)
            #expect(try spool.append(Self.frames(0..<20), room: .max) == 20)
            let first = try #require(try spool.batch(limit: 5, bytes: 1 << 20))
            try spool.advance(to: first.end, by: 5)
            #expect(try spool.batch(limit: 5, bytes: 1 << 20)?.events.first?.id == "ev_5")
            let again = try Spool(folder, limit: 1 << 20)
            #expect(again.count == 15)
            #expect(try again.append(Self.frames(20..<30), room: .max) == 10)
            #expect(try Self.drain(again) == Self.ids(5..<30))
        }
    }

    @Test(arguments: UInt64(0)..<50)
    func `Whatever is appended, finished and opened anew, nothing is lost and the files have their bound`(
        seed: UInt64
    ) throws {
        try withFolder { folder in
            var random = SeededGenerator(seed: seed)
            let limit = 1 << 20
            var spool = try Spool(folder, limit: limit)
            var expected: [String] = []
            var found: [String] = []
            var next = 0
            for _ in 0..<60 {
                switch Int.random(in: 0..<10, using: &random) {
                case 0: spool = try Spool(folder, limit: limit)
                case 1..<6:
                    let count = Int.random(in: 1..<40, using: &random)
                    let bytes = Int.random(in: 0..<20_000, using: &random)
                    let taken = try spool.append(Self.frames(next..<(next + count), bytes: bytes), room: .max)
                    expected += Self.ids(next..<(next + taken))
                    next += count
                default:
                    guard let batch = try spool.batch(limit: 30, bytes: 200_000) else { continue }
                    found += batch.events.map(\.id)
                    try spool.advance(to: batch.end, by: batch.events.count)
                }
                try #require(try Self.bytes(in: folder) <= limit)
                try #require(spool.count == expected.count - found.count)
            }
            found += try Self.drain(spool)
            let isAllThere = found == expected
            #expect(isAllThere)
        }
    }

    private static func bytes(in folder: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".events") }
            .reduce(0) { sum, name in
                let facts = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
                return sum + (facts[.size] as? Int ?? 0)
            }
    }

    @Test(arguments: 1..<40) func `The beginning of an event that was never taken is cut off`(bytes: Int) throws {
        try withFolder { folder in
            let spool = try Spool(folder, limit: 1 << 20)
            #expect(try spool.append(Self.frames(0..<3), room: .max) == 3)
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".events") }
            )
            let torn = try #require(SpoolFrame.encode(Self.event(3, bytes: 100))).prefix(bytes)
            let file = try FileHandle(forWritingTo: URL(filePath: "\(folder)/\(name)"))
            try file.seekToEnd()
            try file.write(contentsOf: torn)
            try file.close()
            let again = try Spool(folder, limit: 1 << 20)
            #expect(again.damages == 0)
            #expect(again.count == 3)
            #expect(try again.append(Self.frames(4..<6), room: .max) == 2)
            #expect(try Self.drain(again) == ["ev_0", "ev_1", "ev_2", "ev_4", "ev_5"])
        }
    }

    @Test func `What is damaged in a file is told, and what stands before and in other files is sent`() throws {
        try withFolder { folder in
            let spool = try Spool(folder, limit: 1 << 20)
            #expect(try spool.append(Self.frames(0..<30, bytes: 10_000), room: .max) == 30)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".events") }
            #expect(names.count > 2)
            let path = "\(folder)/\(try #require(names.min()))"
            var contents = try Data(contentsOf: URL(filePath: path))
            contents[25_000] ^= 1
            try contents.write(to: URL(filePath: path))
            let again = try Spool(folder, limit: 1 << 20)
            #expect(again.damages == 1)
            let found = try Self.drain(again)
            #expect(found.prefix(2) == ["ev_0", "ev_1"])
            #expect(found.last == "ev_29")
            #expect(found.count < 30 && found.count == again.count + found.count)
        }
    }

    @Test func `An event that is larger than any may be leaves no other out`() async throws {
        try await withFolder { folder in
            let outbox = Outbox("\(folder)/spool", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try await outbox.open()
            let events = [Self.event(0), Self.event(1, bytes: 2 << 20), Self.event(2)]
            #expect(await outbox.append(events, to: "ed_1") == 2)
            #expect(await outbox.batch(for: "ed_1", limit: 9, bytes: 1 << 20)?.events.map(\.id) == ["ev_0", "ev_2"])
        }
    }

    @Test func `The bound of all files holds over destinations, and one that is emptied makes room`() async throws {
        try await withFolder { folder in
            var limits = Outbox.Limits()
            (limits.bytes, limits.totalBytes) = (1 << 20, 1 << 20)
            let outbox = Outbox(
                "\(folder)/spool",
                limits: limits,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            try await outbox.open()
            let events = (0..<100).map { Self.event($0, bytes: 10_000) }
            let first = await outbox.append(Array(events[..<60]), to: "ed_1")
            let second = await outbox.append(events, to: "ed_2")
            #expect(first == 60 && (40..<46).contains(second))
            #expect(await !outbox.hasRoom(for: "ed_2"))
            #expect(await outbox.append(events, to: "ed_3") == 0)
            let waiting = await outbox.waiting(for: "ed_1").bytes + outbox.waiting(for: "ed_2").bytes
            #expect(waiting <= 1 << 20)
            while let batch = await outbox.batch(for: "ed_1", limit: 9, bytes: 1 << 20) {
                await outbox.finish(batch, of: "ed_1")
            }
            #expect(await outbox.append(Array(events[..<40]), to: "ed_3") == 40)
            #expect(await outbox.waiting(for: "ed_1").taken == 60)
        }
    }

    @Test func `What finds no room is not taken`() throws {
        try withFolder { folder in
            let spool = try Spool(folder, limit: 1 << 20)
            let taken = try spool.append(Self.frames(0..<300, bytes: 10_000), room: .max)
            #expect((90..<105).contains(taken))
            #expect(try spool.append(Self.frames(300..<301, bytes: 10_000), room: .max) == 0)
            #expect(try Self.drain(spool) == Self.ids(0..<taken))
            #expect(try spool.append(Self.frames(0..<10), room: 0) == 0)
            #expect(try spool.append(Self.frames(0..<10), room: .max) == 10)
        }
    }

    @Test(arguments: ["", "{}", String(repeating: "ü", count: 1000)])
    func `A frame is read as it was written`(line: String) throws {
        let event = SpooledEvent(id: "ev_x", type: "a.v0", time: Date(timeIntervalSince1970: 1.5), line: line)
        let frame = try #require(SpoolFrame.encode(event))
        let read = try #require(SpoolFrame.decode(frame[...]))
        #expect(read.event == event)
        #expect(read.count == frame.count)
        for count in 0..<min(frame.count, 60) { #expect(SpoolFrame.decode(frame.prefix(count)) == nil) }
    }

    @Test func `An event that is too large is none`() {
        #expect(SpoolFrame.encode(Self.event(0, bytes: 1 << 20)) == nil)
    }
}

/// A folder that is there for as long as the body runs.
func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "spool-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
}

func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "spool-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
}
