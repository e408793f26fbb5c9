// Help with the examples first: that is what people look for.
import { CommandHelp, Help } from '@oclif/core/help';

class ExamplesFirst extends CommandHelp {
  protected override sections(): ReturnType<CommandHelp['sections']> {
    const sections = super.sections();
    const examples = sections.filter(({ header }) => header.startsWith('EXAMPLE'));
    return [...examples, ...sections.filter((section) => !examples.includes(section))];
  }
}

export default class TokentrailHelp extends Help {
  protected override CommandHelpClass = ExamplesFirst;
}
