import { Ctx, Field, ObjectType, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context/request-context.js';
import type { Locale } from '../../domain/locale.js';
import type { Nation, Role } from '../../domain/scopes.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { AnsweredInMemory, OpenToEveryToken } from '../../graphql-types/guard.js';
import { DateTimeScalar } from '../../graphql-types/scalars.js';

@ObjectType('Viewer', { description: 'The viewer of the request, according to token and permission table.' })
class ViewerType {
  @Field(() => String, { description: 'Subject of the token.' })
  subject!: string;

  @Field(() => ENUMS.Nation, {
    nullable: true,
    description: "The nation, which follows from the token's issuer; null for integrators and the public.",
  })
  nation!: Nation | null;

  @Field(() => ENUMS.Role, { description: 'Role of the token.' })
  role!: Role;

  @Field(() => [String], {
    description: 'Effective rights: scopes that the role is granted and the token names.',
  })
  scopes!: string[];

  @Field(() => ENUMS.Locale, { description: 'Language of this request.' })
  locale!: Locale;

  @Field(() => DateTimeScalar, { description: 'When the token expires.' })
  expiresAt!: Date;
}

@Resolver()
export class ViewerResolver {
  @Query(() => ViewerType, {
    description: 'The viewer that the token stands for. Open to every valid token.',
  })
  @OpenToEveryToken()
  @AnsweredInMemory()
  viewer(@Ctx() { viewer, locale }: RequestContext): ViewerType {
    const { subject, nation, role, scopes, expiresAt } = viewer;
    return { subject, nation, role, scopes: [...scopes], locale, expiresAt };
  }
}
