import APITypes
import Testing

@Suite struct ShapeTests {
    @Test func `No two kinds share a path, a name or a prefix`() {
        #expect(Set(ResourceShape.all.map(\.path)).count == ResourceShape.all.count)
        #expect(Set(ResourceShape.all.map(\.name)).count == ResourceShape.all.count)
    }

    @Test(arguments: ResourceShape.all) func `A shape hangs together`(shape: ResourceShape) {
        #expect(Set(shape.fields.map(\.name)).count == shape.fields.count)
        #expect(Set(shape.verbs).count == shape.verbs.count)
        for filter in shape.filters ?? [] {
            let name = String(filter.prefix { $0 != "." })
            // What lists can be asked for by a parameter has a name in filters too, as the binding of an endpoint.
            let isKnown = shape.field(name)?.isRead == true || shape.parameters.contains(name)
            #expect(isKnown, "the filter \(filter) asks for no member of answers")
        }
        for field in shape.fields {
            #expect(field.summary.last == ".")
            #expect(field.isRead || !field.create.isAbsent || !field.update.isAbsent, "\(field.name) is of no use")
        }
    }
}
