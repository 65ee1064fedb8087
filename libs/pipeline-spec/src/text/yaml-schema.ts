import { CORE_SCHEMA, NOT_RESOLVED, defineScalarTag, mergeTag } from 'js-yaml';

const DECIMAL_INTEGER = /^[-+]?[0-9]+$/;
const HEXADECIMAL_INTEGER = /^[-+]?0x[0-9a-fA-F]+$/;
const FLOAT = /^(?:[-+]?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?|\.[0-9]+(?:[eE][-+][0-9]+)?)$/;

// YAML 1.2 reads `1e3` and `0o17` as numbers. PyYAML, which writes every SDK's pipelines, does not, and so leaves such *texts* unquoted:
// only what both read as a number is one. Dates, `yes` and `1_000` stay text as in YAML 1.2.
const integer = defineScalarTag<number>('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: [...'+-0123456789'],
  resolve: (source) => {
    if (DECIMAL_INTEGER.test(source)) return Number(source);
    if (!HEXADECIMAL_INTEGER.test(source)) return NOT_RESOLVED;
    return source.startsWith('-') ? -Number(source.slice(1)) : Number(source.replace('+', ''));
  },
  identify: () => false,
});

const float = defineScalarTag<number>('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: [...'+-.0123456789'],
  resolve: (source) => {
    if (FLOAT.test(source)) return Number(source);
    const special = /^([-+]?)\.(inf|Inf|INF)$/.exec(source);
    if (special !== null) return special[1] === '-' ? -Infinity : Infinity;
    return /^\.(nan|NaN|NAN)$/.test(source) ? NaN : NOT_RESOLVED;
  },
  identify: () => false,
});

/** How plain scalars of a pipeline are read: YAML 1.2 with merge keys, narrowed to what PyYAML reads the same way. */
export const pipelineYamlSchema = CORE_SCHEMA.withTags(integer, float, mergeTag);
